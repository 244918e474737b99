//! How much of the gradient reaches each step.

use ndarray::ArrayView3;

use crate::{Element, kernels::recurrent::Kind, shape::Dimension};

use super::{Cell, Recurrent, memory::Span, parameters::CELLS};

/// The function that a cell's state goes through from step to step.
///
/// ```
/// use plumbline::layers::StateActivation;
/// assert_eq!((StateActivation::Tanh.largest_slope(), StateActivation::Sigmoid.largest_slope()), (1.0, 0.25));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum StateActivation {
    /// tanh of the whole state: [`Rnn`](super::Rnn).
    Tanh,
    /// max(0, ·) of the whole state: [`ReluRnn`](super::ReluRnn).
    Relu,
    /// σ of the whole state: [`SigmoidRnn`](super::SigmoidRnn).
    Sigmoid,
    /// The state as it is: [`IdentityRnn`](super::IdentityRnn).
    Identity,
    /// The whole state where it is above 0, else a times it: [`LeakyReluRnn`](super::LeakyReluRnn).
    LeakyRelu(f64),
    /// The whole state where it is above 0, else a (e^z − 1): [`EluRnn`](super::EluRnn).
    Elu(f64),
    /// SELU of the whole state: [`SeluRnn`](super::SeluRnn).
    Selu,
    /// z Φ(z) of the whole state: [`GeluRnn`](super::GeluRnn).
    Gelu,
    /// z σ(z) of the whole state: [`SiluRnn`](super::SiluRnn).
    Silu,
    /// ln(1 + e^z) of the whole state: [`SoftplusRnn`](super::SoftplusRnn).
    Softplus,
    /// Gates, which let a part of the state pass as it is: [`Lstm`](super::Lstm), [`Gru`](super::Gru).
    Gates,
}

impl StateActivation {
    /// The bound of the slope: 1/4 for σ, at 0; 1.7581 for SELU, just below 0; 1.1290 for GELU, at √2; 1.0999 for SiLU, at 2.4; the larger of 1
    /// and a for leaky ReLU and ELU; 1 for all others, at 0 for tanh, above 0 for max(0, ·), far above 0 for softplus, and for a gate that is open.
    pub fn largest_slope(self) -> f64 {
        match self {
            StateActivation::Sigmoid => 0.25,
            StateActivation::LeakyRelu(a) | StateActivation::Elu(a) => a.max(1.0),
            // λ α; Φ(√2) + √2 φ(√2); σ (1 + z (1 − σ)) at its maximum. All rounded up.
            StateActivation::Selu => 1.758_099_340_847_377,
            StateActivation::Gelu => 1.128_904_145_185_156,
            StateActivation::Silu => 1.099_839_320_128_867,
            _ => 1.0,
        }
    }
}

/// One layer's direction, as a report on gradients sees it.
#[derive(Clone, Debug)]
pub struct MemoryCell<'a, E> {
    /// `l0`, `l0_reverse`, `l1`, …: the end of its parameters' names.
    pub name: &'static str,
    /// W_hh, [gates, n, n].
    pub weight_hh: ArrayView3<'a, E>,
    /// The names of the gates.
    pub gates: &'static [&'static str],
    /// What the state goes through.
    pub activation: StateActivation,
}

/// The gradients with respect to the states of one layer's direction.
#[derive(Clone, Debug, PartialEq)]
pub struct CellFlow {
    /// The name of the [`MemoryCell`].
    pub name: &'static str,
    /// ‖∂C/∂h_t‖ for each step t, in the order of time: the Frobenius norm over all samples. ∂C/∂h_t counts all that h_t leads to, at
    /// its step and at those after it.
    pub hidden: Vec<f64>,
    /// ‖∂C/∂c_t‖ likewise, where the cell has a memory cell.
    pub cell: Option<Vec<f64>>,
}

/// A layer with memory, whatever its cell: what a report on vanishing and exploding gradients asks.
///
/// ```
/// use plumbline::{Const, layers::{Init, Lstm, Memory, Recurrent}};
/// use rand::{SeedableRng, rngs::StdRng};
/// let layer = Recurrent::<Lstm, Const<3>, Const<5>, 1, 2>::new(Init::Orthogonal, &mut StdRng::seed_from_u64(42));
/// let memory: &dyn Memory<f32> = &layer;
/// let cells = memory.cells();
/// assert_eq!((cells[1].name, cells[1].weight_hh.dim()), ("l0_reverse", (4, 5, 5)));
/// ```
pub trait Memory<E> {
    /// Each layer and direction.
    fn cells(&self) -> Vec<MemoryCell<'_, E>>;

    /// The steps for which the memory for training has `width` numbers a sample.
    fn steps(&self, width: usize) -> usize;

    /// The gradients of each layer and direction after a backward pass: `trace` is that of the whole batch, `samples` samples of `steps` steps
    /// cut into parts of `part` samples.
    fn flow(&self, trace: &[E], samples: usize, part: usize, steps: usize) -> Vec<CellFlow>;
}

impl<C: Cell, I: Dimension, N: Dimension, const LAYERS: usize, const DIRECTIONS: usize, E: Element> Memory<E>
    for Recurrent<C, I, N, LAYERS, DIRECTIONS, E>
{
    fn cells(&self) -> Vec<MemoryCell<'_, E>> {
        let activation = match self.kind {
            Kind::Tanh => StateActivation::Tanh,
            Kind::Relu => StateActivation::Relu,
            Kind::Sigmoid => StateActivation::Sigmoid,
            Kind::Identity => StateActivation::Identity,
            Kind::LeakyRelu(slope) => StateActivation::LeakyRelu(slope),
            Kind::Elu(scale) => StateActivation::Elu(scale),
            Kind::Selu => StateActivation::Selu,
            Kind::Gelu => StateActivation::Gelu,
            Kind::Silu => StateActivation::Silu,
            Kind::Softplus => StateActivation::Softplus,
            Kind::Lstm | Kind::Gru => StateActivation::Gates,
        };
        let shape = (C::GATES.len(), N::SIZE, N::SIZE);
        let cell = |(layer, direction): (usize, usize)| MemoryCell {
            name: CELLS[layer][direction],
            weight_hh: ArrayView3::from_shape(shape, self.tensors.of(layer, direction).hh)
                .expect("a weight fills its shape"),
            gates: C::GATES,
            activation,
        };
        Self::directions().map(cell).collect()
    }

    fn steps(&self, width: usize) -> usize {
        // The memory is affine in the steps.
        let start = Self::trace(0);
        (width - start) / (Self::trace(1) - start)
    }

    fn flow(&self, trace: &[E], samples: usize, part: usize, steps: usize) -> Vec<CellFlow> {
        let width = Self::trace(steps);
        let flow = |(layer, direction): (usize, usize)| {
            let mut squares = [vec![0.0; steps], vec![0.0; steps]];
            for trace in trace[..samples * width].chunks((part * width).max(1)) {
                let span = Span { samples: trace.len() / width, steps, lengths: &[] };
                let kept = Self::SIZES.direction(trace, layer, direction, span);
                let block = span.samples * N::SIZE;
                for (squares, states) in squares.iter_mut().zip([kept.d_h, kept.d_c]) {
                    let states = states.get(span.after(direction == 1, block)).unwrap_or_default();
                    for (sum, block) in squares.iter_mut().zip(states.chunks_exact(block.max(1))) {
                        *sum += block.iter().map(|d| d.as_f64() * d.as_f64()).sum::<f64>();
                    }
                }
            }
            let [hidden, cell] = squares.map(|squares| squares.into_iter().map(f64::sqrt).collect());
            CellFlow { name: CELLS[layer][direction], hidden, cell: C::KIND.has_cell().then_some(cell) }
        };
        Self::directions().map(flow).collect()
    }
}
