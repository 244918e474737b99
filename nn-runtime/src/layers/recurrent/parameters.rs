//! The tensors of a layer, by PyTorch's names and in PyTorch's order.

use rand::Rng;

use crate::{
    Element,
    kernels::aligned::Aligned,
    layers::Init,
    network::{Parameters, Tensor, TensorMut},
    shape::{Dimension, product},
};

use super::{Cell, Recurrent, memory::Sizes};

/// The most layers that have names.
pub(super) const MAXIMUM: usize = 16;

/// The tensors of a direction: weight_ih, weight_hh, bias_ih, bias_hh, and weight_peephole where the cell has peepholes.
const ALL: usize = 5;

macro_rules! names {
    ($($layer:literal)*) => {
        /// What a direction of a layer is called.
        pub(super) const CELLS: [[&str; 2]; MAXIMUM] =
            [$([concat!("l", $layer), concat!("l", $layer, "_reverse")]),*];

        const NAMES: [[[&str; ALL]; 2]; MAXIMUM] = [$([
            names!(@ concat!("_l", $layer)),
            names!(@ concat!("_l", $layer, "_reverse")),
        ]),*];
    };
    (@ $suffix:expr) => {[
        concat!("weight_ih", $suffix),
        concat!("weight_hh", $suffix),
        concat!("bias_ih", $suffix),
        concat!("bias_hh", $suffix),
        concat!("weight_peephole", $suffix),
    ]};
}

names!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);

/// The numbers of all tensors, in order.
#[derive(Clone, Debug)]
pub(super) struct Tensors<E> {
    tensors: Vec<Aligned<E>>,
    directions: usize,
    /// The tensors of a direction.
    each: usize,
}

/// Those of one direction of a layer.
#[derive(Debug)]
pub(super) struct Weights<'a, E> {
    pub(super) ih: &'a [E],
    pub(super) hh: &'a [E],
    pub(super) bias_ih: &'a [E],
    pub(super) bias_hh: &'a [E],
    /// Empty where the cell has none.
    pub(super) peephole: &'a [E],
}

/// Those of one direction of a layer, to write.
#[derive(Debug)]
pub(super) struct WeightsMut<'a, E> {
    pub(super) ih: &'a mut [E],
    pub(super) hh: &'a mut [E],
    pub(super) bias_ih: &'a mut [E],
    pub(super) bias_hh: &'a mut [E],
    /// Empty where the cell has none.
    pub(super) peephole: &'a mut [E],
}

impl<E: Element> Tensors<E> {
    /// All tensors zero.
    pub(super) fn zeros(sizes: Sizes, peepholes: bool) -> Self {
        let Sizes { kind, n, layers, directions, .. } = sizes;
        let rows = kind.gates() * n;
        let each = ALL - usize::from(!peepholes);
        let mut tensors = Vec::with_capacity(layers * directions * each);
        for layer in 0..layers {
            for _ in 0..directions {
                let lengths = [rows * sizes.inputs(layer), rows * n, rows, rows, 3 * n];
                tensors.extend(lengths[..each].iter().map(|&length| Aligned::zeros(length)));
            }
        }
        Tensors { tensors, directions, each }
    }

    /// As many tensors, all zero.
    pub(super) fn zeroed(&self) -> Self {
        let tensors = self.tensors.iter().map(|tensor| Aligned::zeros(tensor.len())).collect();
        Tensors { tensors, ..*self }
    }

    /// Draws the weights of a layer's direction of `inputs` and `n` units; biases and peepholes stay as they are.
    pub(super) fn draw(
        &mut self,
        (layer, direction): (usize, usize),
        inputs: usize,
        n: usize,
        init: Init,
        rng: &mut impl Rng,
    ) {
        let weights = self.of_mut(layer, direction);
        let rows = weights.bias_ih.len();
        Init::XavierUniform.fill(weights.ih, &[rows, inputs], rng);
        for block in weights.hh.chunks_exact_mut(n * n) {
            init.fill(block, &[n, n], rng);
        }
    }

    /// The tensors of a layer's direction.
    pub(super) fn of(&self, layer: usize, direction: usize) -> Weights<'_, E> {
        let own = &self.tensors[(layer * self.directions + direction) * self.each..][..self.each];
        let [ih, hh, bias_ih, bias_hh, peephole @ ..] = own else { unreachable!("a direction has four tensors") };
        Weights { ih, hh, bias_ih, bias_hh, peephole: peephole.first().map_or(&[], |peephole| peephole) }
    }

    /// The tensors of a layer's direction, to write.
    pub(super) fn of_mut(&mut self, layer: usize, direction: usize) -> WeightsMut<'_, E> {
        let own = &mut self.tensors[(layer * self.directions + direction) * self.each..][..self.each];
        let [ih, hh, bias_ih, bias_hh, peephole @ ..] = own else { unreachable!("a direction has four tensors") };
        WeightsMut { ih, hh, bias_ih, bias_hh, peephole: peephole.first_mut().map_or(&mut [], |peephole| peephole) }
    }
}

impl<C: Cell, I: Dimension, N: Dimension, const LAYERS: usize, const DIRECTIONS: usize, E: Element>
    Recurrent<C, I, N, LAYERS, DIRECTIONS, E>
{
    const ROWS: usize = product(&[C::GATES.len(), N::SIZE]);
    pub(super) const FIRST: &'static [usize] = &[Self::ROWS, I::SIZE];
    pub(super) const ABOVE: &'static [usize] = &[Self::ROWS, product(&[DIRECTIONS, N::SIZE])];
    pub(super) const HIDDEN: &'static [usize] = &[Self::ROWS, N::SIZE];
    const BIAS: &'static [usize] = &[Self::ROWS];
    const PEEPHOLE: &'static [usize] = &[3, N::SIZE];

    /// The name and shape of a tensor.
    fn label(&self, index: usize) -> (&'static str, &'static [usize]) {
        let (cell, which) = (index / self.tensors.each, index % self.tensors.each);
        let layer = cell / DIRECTIONS;
        let input = if layer == 0 { Self::FIRST } else { Self::ABOVE };
        let shapes = [input, Self::HIDDEN, Self::BIAS, Self::BIAS, Self::PEEPHOLE];
        (NAMES[layer][cell % DIRECTIONS][which], shapes[which])
    }
}

impl<C: Cell, I: Dimension, N: Dimension, const LAYERS: usize, const DIRECTIONS: usize, E: Element> Parameters<E>
    for Recurrent<C, I, N, LAYERS, DIRECTIONS, E>
{
    fn tensors(&self) -> usize {
        self.tensors.tensors.len()
    }

    fn tensor(&self, index: usize) -> Tensor<'_, E> {
        let (name, shape) = self.label(index);
        Tensor::new(name, shape, &self.tensors.tensors[index])
    }

    fn tensor_mut(&mut self, index: usize) -> TensorMut<'_, E> {
        let (name, shape) = self.label(index);
        TensorMut::new(name, shape, &mut self.tensors.tensors[index])
    }
}
