//! Elementwise functions, one file each, and their derivatives from their output or their input.

mod elu;
mod gelu;
mod identity;
mod leaky_relu;
mod relu;
mod selu;
mod sigmoid;
mod silu;
mod softplus;
mod tanh;

pub use elu::Elu;
pub use gelu::Gelu;
pub use identity::Identity;
pub use leaky_relu::LeakyRelu;
pub use relu::Relu;
pub use selu::Selu;
pub use sigmoid::Sigmoid;
pub use silu::Silu;
pub use softplus::Softplus;
pub use tanh::Tanh;

use pulp::Simd;

use crate::{
    Element, Shape,
    kernels::{
        elementwise::{self, Binary, Unary},
        math::Math,
        simd::Lanes,
    },
    network::{View, ViewMut},
};

/// y = f(x) elementwise.
///
/// Layers take one and apply it while their result is still in a register: `dense.forward(x, y, Relu)`. Their backward passes take f′ from y where they
/// can, as PyTorch does. Near a limit of f that is not 0, y has lost what f′ is made of: for [`Tanh`], [`Sigmoid`], [`Elu`] and [`Selu`] the error of f′
/// from y is up to 2⁻²⁴ in `f32` and 2⁻⁵³ in `f64`, times the limit, so that tanh′ is 0 from 9 on. [`derivative`](Activation::derivative) has no such
/// error; networks of `network!` keep x in training and use it.
///
/// ```
/// use plumbline::{Const, layers::{Tanh, activation}, network::abi::ViewMut};
/// let mut data = [0.0, 1.0];
/// activation::forward(Tanh, ViewMut::<(Const<2>,), f64>::new(&mut data, 1, 1));
/// assert_eq!(data, [0.0, 1.0_f64.tanh()]);
/// ```
pub trait Activation<E: Math>: Copy + Send + Sync {
    /// Whether f(x) = x, so that callers may leave it out.
    const IDENTITY: bool = false;

    /// Whether f(x) = max(x, 0), which convolutions apply as they write.
    const RECTIFIES: bool = false;

    /// Whether f′(x) is a function of y = f(x), which [`Activation::derivative_from_output`] then calculates; otherwise it needs x.
    const FROM_OUTPUT: bool;

    /// f(x)
    fn forward<S: Simd>(self, simd: S, x: E::Vector<S>) -> E::Vector<S>;

    /// f′(x), given x.
    #[inline(always)]
    fn derivative<S: Simd>(self, simd: S, x: E::Vector<S>) -> E::Vector<S> {
        let y = self.forward(simd, x);
        self.derivative_from_output(simd, y)
    }

    /// f′(x), given y = f(x). One that needs x has none, and asking for it does not compile.
    #[inline(always)]
    fn derivative_from_output<S: Simd>(self, _: S, y: E::Vector<S>) -> E::Vector<S> {
        // Reached by no activation that keeps its word: one with `FROM_OUTPUT` has its own.
        const { assert!(size_of::<Self>() == usize::MAX, "the derivative of this activation needs its input") };
        y
    }
}

/// `positive` where y > 0, else `other`.
#[inline(always)]
fn by_sign<S: Simd, E: Lanes>(
    simd: S,
    y: E::Vector<S>,
    positive: E::Vector<S>,
    other: E::Vector<S>,
    zero: E::Vector<S>,
) -> E::Vector<S> {
    E::select(simd, E::less(simd, zero, y), positive, other)
}

/// The slope of [`exponential`](crate::kernels::piecewise::exponential) from y: `line` for y > 0, else `scale` eˣ = y + `scale`.
#[inline(always)]
fn exponential_derivative_from_output<S: Simd, E: Math>(
    simd: S,
    y: E::Vector<S>,
    line: f64,
    scale: f64,
) -> E::Vector<S> {
    let curve = E::add(simd, y, E::constant(simd, scale));
    by_sign::<S, E>(simd, y, E::constant(simd, line), curve, E::constant(simd, 0.0))
}

/// x ↦ f(x)
#[derive(Clone, Copy)]
pub(super) struct Forward<A>(pub(super) A);

impl<E: Math, A: Activation<E>> Unary<E> for Forward<A> {
    #[inline(always)]
    fn call<S: Simd>(self, simd: S, x: E::Vector<S>) -> E::Vector<S> {
        self.0.forward(simd, x)
    }
}

/// (d, y) ↦ d · f′
#[derive(Clone, Copy)]
struct Backward<A>(A);

impl<E: Math, A: Activation<E>> Binary<E> for Backward<A> {
    #[inline(always)]
    fn call<S: Simd>(self, simd: S, d: E::Vector<S>, y: E::Vector<S>) -> E::Vector<S> {
        E::mul(simd, d, self.0.derivative_from_output(simd, y))
    }
}

/// (d, x) ↦ d · f′(x)
#[derive(Clone, Copy)]
struct BackwardFromInput<A>(A);

impl<E: Math, A: Activation<E>> Binary<E> for BackwardFromInput<A> {
    #[inline(always)]
    fn call<S: Simd>(self, simd: S, d: E::Vector<S>, x: E::Vector<S>) -> E::Vector<S> {
        E::mul(simd, d, self.0.derivative(simd, x))
    }
}

/// y = f(y) in place.
///
/// ```
/// use plumbline::{Const, layers::{Relu, activation}, network::abi::ViewMut};
/// let mut data = [-1.0_f32, 2.0];
/// activation::forward(Relu, ViewMut::<(Const<2>,), f32>::new(&mut data, 1, 1));
/// assert_eq!(data, [0.0, 2.0]);
/// ```
#[inline(always)]
pub fn forward<A: Activation<E>, S: Shape, E: Element>(a: A, mut y: ViewMut<'_, S, E>) {
    if !A::IDENTITY {
        elementwise::update(Forward(a), y.data_mut());
    }
}

/// y = f(x)
///
/// ```
/// use plumbline::{Const, layers::{LeakyRelu, activation}, network::abi::{View, ViewMut}};
/// let mut y = [0.0; 2];
/// let x = View::<(Const<2>,), f64>::new(&[-2.0, 2.0], 1, 1);
/// activation::apply(LeakyRelu(0.5), x, ViewMut::new(&mut y, 1, 1));
/// assert_eq!(y, [-1.0, 2.0]);
/// ```
#[inline(always)]
pub fn apply<A: Activation<E>, S: Shape, E: Element>(a: A, x: View<'_, S, E>, mut y: ViewMut<'_, S, E>) {
    elementwise::map(Forward(a), x.data(), y.data_mut());
}

/// d = d · f′ in place, where y = f(x): the gradient with respect to x from that with respect to y.
///
/// ```
/// use plumbline::{Const, layers::{Sigmoid, activation}, network::abi::{View, ViewMut}};
/// let mut d = [8.0];
/// let y = View::<(Const<1>,), f64>::new(&[0.5], 1, 1);
/// activation::backward(Sigmoid, y, ViewMut::new(&mut d, 1, 1));
/// assert_eq!(d, [2.0]);
/// ```
#[inline(always)]
pub fn backward<A: Activation<E>, S: Shape, E: Element>(a: A, y: View<'_, S, E>, mut d: ViewMut<'_, S, E>) {
    const { assert!(A::FROM_OUTPUT, "the derivative of this activation needs its input") };
    if !A::IDENTITY {
        elementwise::update_with(Backward(a), d.data_mut(), y.data());
    }
}

/// d = d · f′(x) in place: as [`backward`], from what f takes and not from what it gives, and exact where f is near a limit.
///
/// ```
/// use plumbline::{Const, layers::{Tanh, activation}, network::abi::{View, ViewMut}};
/// let mut d = [1.0];
/// let x = View::<(Const<1>,), f32>::new(&[20.0], 1, 1);
/// activation::backward_from_input(Tanh, x, ViewMut::new(&mut d, 1, 1));
/// assert!((d[0] / (4.0 * (-40.0_f32).exp()) - 1.0).abs() < 1e-6);
/// ```
#[inline(always)]
pub fn backward_from_input<A: Activation<E>, S: Shape, E: Element>(a: A, x: View<'_, S, E>, mut d: ViewMut<'_, S, E>) {
    if !A::IDENTITY {
        elementwise::update_with(BackwardFromInput(a), d.data_mut(), x.data());
    }
}

#[cfg(test)]
mod tests;
