//! The cells, as types.

use crate::kernels::recurrent::Kind;

/// A cell: what a [`Recurrent`](super::Recurrent) layer calculates from one step to the next.
///
/// The trait is sealed: kernels are written for [`Lstm`], [`PeepholeLstm`], [`Gru`], and simple cells with each elementwise activation:
/// [`Rnn`], [`ReluRnn`], [`SigmoidRnn`], [`IdentityRnn`], [`LeakyReluRnn`], [`EluRnn`], [`SeluRnn`], [`GeluRnn`], [`SiluRnn`], [`SoftplusRnn`].
///
/// ```
/// use plumbline::layers::{Cell, Gru, Lstm};
/// assert_eq!((Lstm::GATES, Gru::GATES), (&["i", "f", "g", "o"][..], &["r", "z", "n"][..]));
/// ```
pub trait Cell: sealed::Sealed + 'static {
    /// The names of the blocks of rows of `weight_ih` and `weight_hh`, in their order.
    const GATES: &'static [&'static str];
    #[doc(hidden)]
    const KIND: Kind;
    #[doc(hidden)]
    const PEEPHOLES: bool = false;
}

/// A cell with a forget gate: [`Lstm`] and [`PeepholeLstm`].
///
/// ```
/// use plumbline::layers::{Forgets, Lstm};
/// fn has_a_forget_gate<C: Forgets>() {}
/// has_a_forget_gate::<Lstm>();
/// ```
pub trait Forgets: Cell {}

/// h_t = tanh(W_ih x_t + b_ih + W_hh h_{t−1} + b_hh), PyTorch's `RNN`.
///
/// Source: Elman, Finding structure in time (1990); in the course notes h_t = g(V x_t + W h_{t−1} + b_h).
///
/// ```
/// use plumbline::layers::{Cell, Rnn};
/// assert_eq!(Rnn::GATES, ["h"]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rnn;

/// h_t = max(0, W_ih x_t + b_ih + W_hh h_{t−1} + b_hh), PyTorch's `RNN` with `nonlinearity='relu'`.
///
/// With [`Init::Identity`](super::Init::Identity) for W_hh and biases of 0 it starts by handing its state on, which lets gradients pass many
/// steps.
///
/// Source: Le, Jaitly and Hinton, A simple way to initialize recurrent networks of rectified linear units (2015).
///
/// ```
/// use plumbline::layers::{Cell, ReluRnn};
/// assert_eq!(ReluRnn::GATES, ["h"]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReluRnn;

/// h_t = σ(W_ih x_t + b_ih + W_hh h_{t−1} + b_hh), with σ(z) = 1 / (1 + e⁻ᶻ).
///
/// The slope of σ is at most 1/4, so that the gradient vanishes sooner than behind tanh.
///
/// Source: the course notes' section on RNN, h_t = g(V x_t + W h_{t−1} + b_h), with σ for g. PyTorch has no such cell.
///
/// ```
/// use plumbline::layers::{Cell, SigmoidRnn};
/// assert_eq!(SigmoidRnn::GATES, ["h"]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SigmoidRnn;

/// h_t = W_ih x_t + b_ih + W_hh h_{t−1} + b_hh, a linear recurrence: its gradient over many steps is that of powers of W_hh alone.
///
/// Source: the course notes' section on RNN, with the identity for g. PyTorch has no such cell.
///
/// ```
/// use plumbline::layers::{Cell, IdentityRnn};
/// assert_eq!(IdentityRnn::GATES, ["h"]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IdentityRnn;

/// h_t = f(W_ih x_t + b_ih + W_hh h_{t−1} + b_hh), with f(z) = z for z > 0, else a z; a is 0.01 unless
/// [`Recurrent::with_slope`](super::Recurrent::with_slope) says otherwise.
///
/// Source: the course notes' section on RNN, h_t = g(V x_t + W h_{t−1} + b_h), with [`LeakyRelu`](super::super::LeakyRelu) for g. PyTorch
/// has no such cell.
///
/// ```
/// use plumbline::layers::{Cell, LeakyReluRnn};
/// assert_eq!(LeakyReluRnn::GATES, ["h"]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeakyReluRnn;

/// h_t = f(W_ih x_t + b_ih + W_hh h_{t−1} + b_hh), with f(z) = z for z > 0, else a (e^z − 1); a is 1 unless
/// [`Recurrent::with_scale`](super::Recurrent::with_scale) says otherwise.
///
/// Source: the course notes' section on RNN, with [`Elu`](super::super::Elu) for g. PyTorch has no such cell.
///
/// ```
/// use plumbline::layers::{Cell, EluRnn};
/// assert_eq!(EluRnn::GATES, ["h"]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EluRnn;

/// h_t = f(W_ih x_t + b_ih + W_hh h_{t−1} + b_hh), with f(z) = λ z for z > 0, else λ α (e^z − 1).
///
/// Source: the course notes' section on RNN, with [`Selu`](super::super::Selu) for g. PyTorch has no such cell.
///
/// ```
/// use plumbline::layers::{Cell, SeluRnn};
/// assert_eq!(SeluRnn::GATES, ["h"]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SeluRnn;

/// h_t = z Φ(z), z = W_ih x_t + b_ih + W_hh h_{t−1} + b_hh, with Φ the normal distribution function.
///
/// Source: the course notes' section on RNN, with [`Gelu`](super::super::Gelu) for g. PyTorch has no such cell.
///
/// ```
/// use plumbline::layers::{Cell, GeluRnn};
/// assert_eq!(GeluRnn::GATES, ["h"]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GeluRnn;

/// h_t = z σ(z), z = W_ih x_t + b_ih + W_hh h_{t−1} + b_hh.
///
/// Source: the course notes' section on RNN, with [`Silu`](super::super::Silu) for g. PyTorch has no such cell.
///
/// ```
/// use plumbline::layers::{Cell, SiluRnn};
/// assert_eq!(SiluRnn::GATES, ["h"]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SiluRnn;

/// h_t = ln(1 + e^z), z = W_ih x_t + b_ih + W_hh h_{t−1} + b_hh.
///
/// Source: the course notes' section on RNN, with [`Softplus`](super::super::Softplus) for g. PyTorch has no such cell.
///
/// ```
/// use plumbline::layers::{Cell, SoftplusRnn};
/// assert_eq!(SoftplusRnn::GATES, ["h"]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SoftplusRnn;

/// c_t = f ∘ c_{t−1} + i ∘ g, h_t = o ∘ tanh c_t, with the gates i, f, o = σ(z) and the candidate g = tanh(z), each of its own
/// z = W_ih x_t + b_ih + W_hh h_{t−1} + b_hh; PyTorch's `LSTM`.
///
/// The rows of the weights are those of i, f, g and o. Along c a gradient is multiplied with f alone.
///
/// Sources: Hochreiter and Schmidhuber, Long short-term memory (1997); Gers, Schmidhuber and Cummins, Learning to forget (2000); the course
/// notes' section on the LSTM.
///
/// ```
/// use plumbline::layers::{Cell, Lstm};
/// assert_eq!(Lstm::GATES, ["i", "f", "g", "o"]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lstm;

/// An [`Lstm`] whose gates see the memory cell: p_i ∘ c_{t−1} is added under the sigmoid of i, p_f ∘ c_{t−1} under that of f, p_o ∘ c_t
/// under that of o.
///
/// `weight_peephole` is [3, n]: p_i, p_f, p_o. PyTorch has no such cell.
///
/// Source: Gers and Schmidhuber, Recurrent nets that time and count (2000).
///
/// ```
/// use plumbline::layers::{Cell, PeepholeLstm};
/// assert_eq!(PeepholeLstm::GATES, ["i", "f", "g", "o"]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PeepholeLstm;

/// h_t = (1 − z) ∘ n + z ∘ h_{t−1}, with r, z = σ(W_ih x_t + b_ih + W_hh h_{t−1} + b_hh), each of its own rows, and
/// n = tanh(W_in x_t + b_in + r ∘ (W_hn h_{t−1} + b_hn)); PyTorch's `GRU`.
///
/// The rows of the weights are those of r, z and n.
///
/// Source: Cho et al., Learning phrase representations using RNN encoder–decoder for statistical machine translation (2014), with r
/// applied after the product, as in PyTorch.
///
/// ```
/// use plumbline::layers::{Cell, Gru};
/// assert_eq!(Gru::GATES, ["r", "z", "n"]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gru;

macro_rules! simple {
    ($($cell:ident $kind:expr;)*) => {$(
        impl sealed::Sealed for $cell {}
        impl Cell for $cell {
            const GATES: &'static [&'static str] = &["h"];
            const KIND: Kind = $kind;
        }
    )*};
}

simple! {
    Rnn Kind::Tanh;
    ReluRnn Kind::Relu;
    SigmoidRnn Kind::Sigmoid;
    IdentityRnn Kind::Identity;
    LeakyReluRnn Kind::LeakyRelu(0.01);
    EluRnn Kind::Elu(1.0);
    SeluRnn Kind::Selu;
    GeluRnn Kind::Gelu;
    SiluRnn Kind::Silu;
    SoftplusRnn Kind::Softplus;
}

impl Cell for Lstm {
    const GATES: &'static [&'static str] = &["i", "f", "g", "o"];
    const KIND: Kind = Kind::Lstm;
}

impl Cell for PeepholeLstm {
    const GATES: &'static [&'static str] = Lstm::GATES;
    const KIND: Kind = Kind::Lstm;
    const PEEPHOLES: bool = true;
}

impl Cell for Gru {
    const GATES: &'static [&'static str] = &["r", "z", "n"];
    const KIND: Kind = Kind::Gru;
}

impl Forgets for Lstm {}
impl Forgets for PeepholeLstm {}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Lstm {}
    impl Sealed for super::PeepholeLstm {}
    impl Sealed for super::Gru {}
}
