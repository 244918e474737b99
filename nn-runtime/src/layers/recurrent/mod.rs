//! Layers with memory: h_t from x_t and h_{t−1}.
//!
//! `memory` says how the numbers lie, `forward` and `backward` walk the steps, whose arithmetic is
//! [`crate::kernels::recurrent`]'s, `finish` makes the gradients of the parameters, `flow` tells what reaches each step.

mod backward;
mod cell;
mod finish;
mod flow;
mod forward;
mod memory;
mod parameters;
#[cfg(test)]
mod tests;

pub use cell::{
    Cell, EluRnn, Forgets, GeluRnn, Gru, IdentityRnn, LeakyReluRnn, Lstm, PeepholeLstm, ReluRnn, Rnn, SeluRnn,
    SigmoidRnn, SiluRnn, SoftplusRnn,
};
pub use flow::{CellFlow, Memory, MemoryCell, StateActivation};

use std::{fmt, marker::PhantomData};

use rand::Rng;

use crate::{
    Element, Shape,
    kernels::recurrent::Kind,
    layers::{Init, type_check},
    network::{View, ViewMut},
    shape::Dimension,
};

use backward::Gradients;
use forward::Values;
use memory::{Rows, RowsMut, Sizes, Span};
use parameters::{MAXIMUM, Tensors};

/// h_t = f(x_t, h_{t−1}; θ) for t = 1 … T, with f the [`Cell`] `C` of `N` units, in `LAYERS` layers one above the other and 1 or 2
/// `DIRECTIONS`.
///
/// x [T, I] → y [T, DIRECTIONS · N]: the states h of the top layer. T may be free. With two directions a second set of cells begins at a
/// sample's last step and goes back to its first; y is [forward | reverse], as is what the next layer takes. `LAYERS` is at most 16.
///
/// **States** lie in rows of [`Recurrent::STATE`] numbers: h of layer 0, of its reverse direction, of layer 1 and so on, as in PyTorch's `h_n`,
/// then c in the same order where the cell has one. The layer takes those before the first step and gives those after the last.
///
/// **Lengths.** Where samples have lengths, steps from the length on are padding: they are not read, y is 0 there and the states stay
/// as they were, so that the last state is the one at the length; no gradient flows there.
///
/// Parameters have the names, shapes and order of PyTorch's `RNN`, `LSTM` and `GRU`: for each layer and direction `weight_ih_l0` [g · N, I],
/// `weight_hh_l0` [g · N, N], `bias_ih_l0` and `bias_hh_l0` [g · N] of g gates ([`Cell::GATES`]), then `…_l0_reverse`, `…_l1`, whose I is DIRECTIONS · N.
/// A [`PeepholeLstm`] has `weight_peephole_l0` [3, N] after its biases. W_ih is drawn by [`Init::XavierUniform`], biases and peepholes are 0.
///
/// The backward pass goes through all T steps (backpropagation through time; the course notes' section on RNN): ∂C/∂h_t sums what comes from
/// y_t and, by W_hh, from step t + 1.
///
/// ```
/// use plumbline::{Const, layers::{Init, Recurrent, Rnn}, network::{abi::{View, ViewMut}, Parameters}};
/// use rand::{SeedableRng, rngs::StdRng};
/// type X = (Const<3>, Const<1>);
/// type State = (Const<1>,);
/// let mut layer = Recurrent::<Rnn, Const<1>, Const<1>, 1, 1, f64>::new(Init::Identity, &mut StdRng::seed_from_u64(42));
/// layer.parameter_mut("weight_ih_l0").expect("a weight").values[0] = 1.0;
/// let (mut y, mut end, mut room) = ([0.0; 3], [0.0], [0.0; Recurrent::<Rnn, Const<1>, Const<1>, 1, 1, f64>::room(3)]);
/// layer.infer::<X, X, State, State>(
///     View::new(&[0.5, 0.0, 0.0], 1, 1), ViewMut::new(&mut y, 1, 1), &[],
///     View::new(&[0.0], 1, 1), ViewMut::new(&mut end, 1, 1), &mut room);
/// let h = 0.5_f64.tanh();
/// assert!((y[0] - h).abs() < 1e-15 && (y[1] - h.tanh()).abs() < 1e-15 && y[2] == end[0]);
/// ```
pub struct Recurrent<C, I, N, const LAYERS: usize, const DIRECTIONS: usize, E = f32> {
    tensors: Tensors<E>,
    /// The cell's own, with the number of its activation where that takes one.
    kind: Kind,
    types: PhantomData<fn(C, I) -> N>,
}

// Derived, these would ask the same of the sizes, of which no value exists.
impl<C, I, N, const LAYERS: usize, const DIRECTIONS: usize, E: Clone> Clone
    for Recurrent<C, I, N, LAYERS, DIRECTIONS, E>
{
    fn clone(&self) -> Self {
        Recurrent { tensors: self.tensors.clone(), kind: self.kind, types: PhantomData }
    }
}

impl<C, I, N, const LAYERS: usize, const DIRECTIONS: usize, E: fmt::Debug> fmt::Debug
    for Recurrent<C, I, N, LAYERS, DIRECTIONS, E>
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recurrent").field("tensors", &self.tensors).finish()
    }
}

/// The shapes are sequences of `features` numbers.
const fn sequence<S: Shape>(features: usize) {
    type_check::axis::<S>("a recurrent layer", 2, 1, features);
}

impl<C: Cell, I: Dimension, N: Dimension, const LAYERS: usize, const DIRECTIONS: usize, E: Element>
    Recurrent<C, I, N, LAYERS, DIRECTIONS, E>
{
    const SIZES: Sizes = {
        assert!(1 <= LAYERS && LAYERS <= MAXIMUM, "a recurrent layer has 1 to 16 layers");
        assert!(DIRECTIONS == 1 || DIRECTIONS == 2, "a recurrent layer has one direction or two");
        Sizes { kind: C::KIND, inputs: I::SIZE, n: N::SIZE, layers: LAYERS, directions: DIRECTIONS }
    };

    /// Numbers of a sample's state: h of each layer and direction, then c of each where the cell has one.
    pub const STATE: usize = Self::SIZES.state();

    /// Numbers a sample of the memory for training over so many steps.
    pub const fn trace(steps: usize) -> usize {
        Self::SIZES.trace(steps)
    }

    /// Numbers a sample of the memory for inference over so many steps.
    pub const fn room(steps: usize) -> usize {
        Self::SIZES.room(steps)
    }

    #[inline(always)]
    fn sizes(&self) -> Sizes {
        Sizes { kind: self.kind, ..Self::SIZES }
    }

    /// The layers and their directions, in order.
    fn directions() -> impl Iterator<Item = (usize, usize)> {
        (0..LAYERS).flat_map(|layer| (0..DIRECTIONS).map(move |direction| (layer, direction)))
    }

    /// A layer whose W_ih are drawn by [`Init::XavierUniform`] and whose W_hh by `init`, each gate's square block for itself; all else is 0.
    pub fn new(init: Init, rng: &mut impl Rng) -> Self {
        const {
            type_check::parameter("the weight `weight_ih_l0` of a recurrent layer", Self::FIRST);
            type_check::parameter("a weight `weight_ih` of a recurrent layer above the first", Self::ABOVE);
            type_check::parameter("a weight `weight_hh` of a recurrent layer", Self::HIDDEN);
        };
        let mut tensors = Tensors::zeros(Self::SIZES, C::PEEPHOLES);
        for (layer, direction) in Self::directions() {
            tensors.draw((layer, direction), Self::SIZES.inputs(layer), N::SIZE, init, rng);
        }
        Recurrent { tensors, kind: C::KIND, types: PhantomData }
    }

    /// The same layer with every parameter zero.
    #[must_use]
    pub fn zeroed(&self) -> Self {
        Recurrent { tensors: self.tensors.zeroed(), kind: self.kind, types: PhantomData }
    }

    /// y from x, and the states at each sample's end from those at its start. `start` and `end` are rows of at least
    /// [`Recurrent::STATE`] numbers, of which those are read and written; `lengths` is empty where all steps are real; `room` is
    /// [`Recurrent::room`] numbers a sample, which hold anything.
    ///
    /// # Panics
    ///
    /// Where memory is too short: a mistake in the network's memory plan, never in a user's data.
    #[inline(always)]
    pub fn infer<X: Shape, Y: Shape, S: Shape, T: Shape>(
        &self,
        x: View<'_, X, E>,
        mut y: ViewMut<'_, Y, E>,
        lengths: &[usize],
        start: View<'_, S, E>,
        mut end: ViewMut<'_, T, E>,
        room: &mut [E],
    ) {
        let span = Self::span::<X, Y>(x, lengths);
        forward::infer(self.sizes(), &self.tensors, span, Self::values(x, &mut y, start, &mut end), room);
    }

    /// As [`Recurrent::infer`], with what the backward pass needs kept in `trace`, [`Recurrent::trace`] numbers a sample.
    ///
    /// # Panics
    ///
    /// As [`Recurrent::infer`].
    #[inline(always)]
    pub fn forward<X: Shape, Y: Shape, S: Shape, T: Shape>(
        &self,
        x: View<'_, X, E>,
        mut y: ViewMut<'_, Y, E>,
        lengths: &[usize],
        start: View<'_, S, E>,
        mut end: ViewMut<'_, T, E>,
        trace: &mut [E],
    ) {
        let span = Self::span::<X, Y>(x, lengths);
        forward::forward(self.sizes(), &self.tensors, span, Self::values(x, &mut y, start, &mut end), trace);
    }

    /// d_x and d_start from d_y and d_end, the gradient with respect to the states at the end, where one is asked for; d_x and the first
    /// [`Recurrent::STATE`] numbers of each row of `d_start` are overwritten. `trace` is what [`Recurrent::forward`] left and holds
    /// afterwards what [`Recurrent::finish`] and [`Memory::flow`] need.
    ///
    /// # Panics
    ///
    /// As [`Recurrent::infer`].
    #[inline(always)]
    pub fn backward<X: Shape, Y: Shape, S: Shape, T: Shape>(
        &self,
        d_y: View<'_, Y, E>,
        mut d_x: Option<ViewMut<'_, X, E>>,
        lengths: &[usize],
        d_end: Option<View<'_, T, E>>,
        mut d_start: Option<ViewMut<'_, S, E>>,
        trace: &mut [E],
    ) {
        const { sequence::<X>(I::SIZE) };
        let span = Self::span::<Y, Y>(d_y, lengths);
        let gradients = Gradients {
            d_y: rows(d_y),
            d_x: d_x.as_mut().map(rows_mut),
            d_end: d_end.map(rows),
            d_start: d_start.as_mut().map(rows_mut),
        };
        backward::backward(self.sizes(), &self.tensors, span, gradients, trace);
    }

    /// The gradients of all parameters, written into `self`, which holds gradients. `trace` is that of the whole batch: `samples`
    /// samples of `steps` steps, cut into parts of `part` samples, the last perhaps shorter.
    ///
    /// # Panics
    ///
    /// As [`Recurrent::infer`].
    pub fn finish(&mut self, trace: &[E], samples: usize, part: usize, steps: usize) {
        finish::finish(Self::SIZES, &mut self.tensors, trace, samples, part, steps);
    }

    #[inline(always)]
    fn span<'a, X: Shape, Y: Shape>(x: View<'_, X, E>, lengths: &'a [usize]) -> Span<'a> {
        const { sequence::<Y>(DIRECTIONS * N::SIZE) };
        Span { samples: x.samples(), steps: x.sizes().as_ref()[0], lengths }
    }

    #[inline(always)]
    fn values<'a, X: Shape, Y: Shape, S: Shape, T: Shape>(
        x: View<'a, X, E>,
        y: &'a mut ViewMut<'_, Y, E>,
        start: View<'a, S, E>,
        end: &'a mut ViewMut<'_, T, E>,
    ) -> Values<'a, E> {
        const { sequence::<X>(I::SIZE) };
        Values { x: rows(x), y: rows_mut(y), start: rows(start), end: rows_mut(end) }
    }
}

impl<C: Forgets, I: Dimension, N: Dimension, const LAYERS: usize, const DIRECTIONS: usize, E: Element>
    Recurrent<C, I, N, LAYERS, DIRECTIONS, E>
{
    /// The same layer with `bias` in the forget gate's block of each `bias_ih`: with 1, cells begin by keeping what they hold (Gers,
    /// Schmidhuber and Cummins, 2000).
    ///
    /// ```
    /// use plumbline::{Const, layers::{Init, Lstm, Recurrent}, network::Parameters};
    /// use rand::{SeedableRng, rngs::StdRng};
    /// let layer = Recurrent::<Lstm, Const<1>, Const<1>, 1, 1>::new(Init::Orthogonal, &mut StdRng::seed_from_u64(42)).with_forget_bias(1.0);
    /// assert_eq!(layer.parameter("bias_ih_l0").expect("a bias").values, [0.0, 1.0, 0.0, 0.0]);
    /// ```
    #[must_use]
    pub fn with_forget_bias(mut self, bias: f64) -> Self {
        for (layer, direction) in Self::directions() {
            self.tensors.of_mut(layer, direction).bias_ih[N::SIZE..2 * N::SIZE].fill(E::from_f64(bias));
        }
        self
    }
}

impl<I: Dimension, N: Dimension, const LAYERS: usize, const DIRECTIONS: usize, E: Element>
    Recurrent<LeakyReluRnn, I, N, LAYERS, DIRECTIONS, E>
{
    /// The same layer with another slope a ≥ 0 of its activation below 0.
    ///
    /// ```
    /// use plumbline::{Const, layers::{Init, LeakyReluRnn, Memory, Recurrent, StateActivation}};
    /// use rand::{SeedableRng, rngs::StdRng};
    /// let layer = Recurrent::<LeakyReluRnn, Const<1>, Const<1>, 1, 1>::new(Init::Orthogonal, &mut StdRng::seed_from_u64(42));
    /// assert_eq!(layer.cells()[0].activation, StateActivation::LeakyRelu(0.01));
    /// assert_eq!(layer.with_slope(0.2).cells()[0].activation, StateActivation::LeakyRelu(0.2));
    /// ```
    #[must_use]
    pub fn with_slope(mut self, slope: f64) -> Self {
        self.kind = Kind::LeakyRelu(slope);
        self
    }
}

impl<I: Dimension, N: Dimension, const LAYERS: usize, const DIRECTIONS: usize, E: Element>
    Recurrent<EluRnn, I, N, LAYERS, DIRECTIONS, E>
{
    /// The same layer with another scale a > 0 of its activation below 0.
    ///
    /// ```
    /// use plumbline::{Const, layers::{EluRnn, Init, Memory, Recurrent, StateActivation}};
    /// use rand::{SeedableRng, rngs::StdRng};
    /// let layer = Recurrent::<EluRnn, Const<1>, Const<1>, 1, 1>::new(Init::Orthogonal, &mut StdRng::seed_from_u64(42));
    /// assert_eq!(layer.with_scale(0.5).cells()[0].activation, StateActivation::Elu(0.5));
    /// ```
    #[must_use]
    pub fn with_scale(mut self, scale: f64) -> Self {
        self.kind = Kind::Elu(scale);
        self
    }
}

#[inline(always)]
fn rows<'a, S: Shape, E: Element>(view: View<'a, S, E>) -> Rows<'a, E> {
    const { assert!(!S::INTERLEAVED) };
    Rows { data: view.data(), width: view.width() }
}

#[inline(always)]
fn rows_mut<'a, S: Shape, E: Element>(view: &'a mut ViewMut<'_, S, E>) -> RowsMut<'a, E> {
    const { assert!(!S::INTERLEAVED) };
    let width = view.width();
    RowsMut { data: view.data_mut(), width }
}
