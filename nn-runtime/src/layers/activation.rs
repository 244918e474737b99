//! Elementwise functions, and their slopes from their output or their input.

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

/// y = f(x) elementwise, with f′(x) a function of y.
///
/// Layers take one and apply it while their result is still in a register: `dense.forward(x, y, Relu)`. Their backward passes take f′ from y, as
/// PyTorch does. Near a limit of f that is not 0, y has lost what f′ is made of: for [`Tanh`], [`Sigmoid`], [`Elu`] and [`Selu`] the error of the slope
/// from y is up to 2⁻²⁴ in `f32` and 2⁻⁵³ in `f64`, times the limit, so that tanh′ is 0 from 9 on. [`slope_at`](Activation::slope_at) has no such
/// error; networks of `network!` keep x in training and use it.
///
/// ```
/// use plumbline::{Const, layers::{Tanh, activation}, network::ViewMut};
/// let mut data = [0.0, 1.0];
/// activation::forward(Tanh, ViewMut::<(Const<2>,), f64>::new(&mut data, 1, 1));
/// assert_eq!(data, [0.0, 1.0_f64.tanh()]);
/// ```
pub trait Activation<E: Math>: Copy + Send + Sync {
    /// Whether f(x) = x, so that callers may leave it out.
    const IDENTITY: bool = false;

    /// Whether f(x) = max(x, 0), which convolutions apply as they write.
    const RECTIFIES: bool = false;

    /// f(x)
    fn forward<S: Simd>(self, simd: S, x: E::Vector<S>) -> E::Vector<S>;

    /// f′(x), given y = f(x).
    fn slope<S: Simd>(self, simd: S, y: E::Vector<S>) -> E::Vector<S>;

    /// f′(x), given x.
    #[inline(always)]
    fn slope_at<S: Simd>(self, simd: S, x: E::Vector<S>) -> E::Vector<S> {
        self.slope(simd, self.forward(simd, x))
    }
}

/// f(x) = x
///
/// ```
/// use plumbline::{Const, layers::{Identity, activation}, network::ViewMut};
/// let mut y = [-1.0, 2.0];
/// activation::forward(Identity, ViewMut::<(Const<2>,), f64>::new(&mut y, 1, 1));
/// assert_eq!(y, [-1.0, 2.0]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Identity;

/// f(x) = max(x, 0), its slope at 0 taken as 0 (Nair and Hinton, 2010).
///
/// ```
/// use plumbline::{Const, layers::{Relu, activation}, network::ViewMut};
/// let mut y = [-1.0, 2.0];
/// activation::forward(Relu, ViewMut::<(Const<2>,), f64>::new(&mut y, 1, 1));
/// assert_eq!(y, [0.0, 2.0]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Relu;

/// f(x) = x for x > 0, else a x with a ≥ 0 (Maas, Hannun and Ng, 2013).
///
/// With a = 0 it is [`Relu`], at −∞ too.
///
/// ```
/// use plumbline::{Const, layers::{LeakyRelu, activation}, network::ViewMut};
/// let mut y = [-1.0, 2.0];
/// activation::forward(LeakyRelu(0.1), ViewMut::<(Const<2>,), f64>::new(&mut y, 1, 1));
/// assert_eq!(y, [-0.1, 2.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LeakyRelu(
    /// a, 0.01 in the literature and by default.
    pub f64,
);

/// f(x) = x for x > 0, else a (eˣ − 1) with a ≥ 0 (Clevert, Unterthiner and Hochreiter, 2016).
///
/// The errors of f(x) and of f′(x) from x are at most 4·10⁻⁷ relative in `f32` and 10⁻¹⁵ in `f64`. Where eˣ would be subnormal in `f32`, f′(x) is 0.
///
/// ```
/// use plumbline::{Const, layers::{Elu, activation}, network::ViewMut};
/// let mut y = [f64::NEG_INFINITY, 2.0];
/// activation::forward(Elu(1.0), ViewMut::<(Const<2>,), f64>::new(&mut y, 1, 1));
/// assert_eq!(y, [-1.0, 2.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Elu(
    /// a, 1 by default.
    pub f64,
);

/// f(x) = λ x for x > 0, else λ α (eˣ − 1), with λ and α for which activations of mean 0 and variance 1 keep them
/// (Klambauer et al., 2017).
///
/// The errors of f(x) and of f′(x) from x are at most 4·10⁻⁷ relative in `f32` and 10⁻¹⁵ in `f64`. Where eˣ would be subnormal in `f32`, f′(x) is 0.
///
/// ```
/// use plumbline::{Const, layers::{Selu, activation}, network::ViewMut};
/// let mut y = [0.0, 1.0];
/// activation::forward(Selu, ViewMut::<(Const<2>,), f64>::new(&mut y, 1, 1));
/// assert_eq!(y, [0.0, 1.050_700_987_355_480_5]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Selu;

/// f(x) = 1 / (1 + e⁻ˣ)
///
/// The error of f(x) is at most 2.5·10⁻⁷ relative in `f32` and 10⁻¹⁵ in `f64`, that of f′(x) from x at most 3·10⁻⁷ and 10⁻¹⁵.
///
/// ```
/// use plumbline::{Const, layers::{Sigmoid, activation}, network::ViewMut};
/// let mut y = [0.0, f64::INFINITY];
/// activation::forward(Sigmoid, ViewMut::<(Const<2>,), f64>::new(&mut y, 1, 1));
/// assert_eq!(y, [0.5, 1.0]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sigmoid;

/// f(x) = tanh x
///
/// The errors of f(x) and of f′(x) from x are at most 3·10⁻⁷ relative in `f32` and 10⁻¹⁵ in `f64`.
///
/// ```
/// use plumbline::{Const, layers::{Tanh, activation}, network::ViewMut};
/// let mut y = [0.0, 1.0];
/// activation::forward(Tanh, ViewMut::<(Const<2>,), f64>::new(&mut y, 1, 1));
/// assert!(y[0] == 0.0 && (y[1] - 1.0_f64.tanh()).abs() < 1e-15);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tanh;

/// f(x) = ln(1 + eˣ)
///
/// The error of f(x) is at most 2.5·10⁻⁷ relative in `f32` and 10⁻¹⁵ in `f64`, that of f′(x) at most 5·10⁻⁷ and 10⁻¹⁵.
///
/// ```
/// use plumbline::{Const, layers::{Softplus, activation}, network::ViewMut};
/// let mut y = [0.0, 1000.0];
/// activation::forward(Softplus, ViewMut::<(Const<2>,), f64>::new(&mut y, 1, 1));
/// assert!((y[0] - 2.0_f64.ln()).abs() < 1e-15 && y[1] == 1000.0);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Softplus;

impl Default for LeakyRelu {
    fn default() -> Self {
        LeakyRelu(0.01)
    }
}

impl Default for Elu {
    fn default() -> Self {
        Elu(1.0)
    }
}

impl Selu {
    pub(super) const LAMBDA: f64 = 1.050_700_987_355_480_5;
    pub(super) const ALPHA: f64 = 1.673_263_242_354_377_2;
}

impl<E: Math> Activation<E> for Identity {
    const IDENTITY: bool = true;

    #[inline(always)]
    fn forward<S: Simd>(self, _: S, x: E::Vector<S>) -> E::Vector<S> {
        x
    }

    #[inline(always)]
    fn slope<S: Simd>(self, simd: S, _: E::Vector<S>) -> E::Vector<S> {
        E::constant(simd, 1.0)
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

impl<E: Math> Activation<E> for Relu {
    const RECTIFIES: bool = true;

    #[inline(always)]
    fn forward<S: Simd>(self, simd: S, x: E::Vector<S>) -> E::Vector<S> {
        E::max(simd, E::constant(simd, 0.0), x)
    }

    #[inline(always)]
    fn slope<S: Simd>(self, simd: S, y: E::Vector<S>) -> E::Vector<S> {
        let zero = E::constant(simd, 0.0);
        by_sign::<S, E>(simd, y, E::constant(simd, 1.0), zero, zero)
    }
}

impl<E: Math> Activation<E> for LeakyRelu {
    #[inline(always)]
    fn forward<S: Simd>(self, simd: S, x: E::Vector<S>) -> E::Vector<S> {
        let (zero, a) = (E::constant(simd, 0.0), E::constant(simd, self.0));
        // 0 · −∞ would be NaN.
        let other = E::select(simd, E::equal(simd, a, zero), E::max(simd, zero, x), E::mul(simd, a, x));
        by_sign::<S, E>(simd, x, x, other, zero)
    }

    #[inline(always)]
    fn slope<S: Simd>(self, simd: S, y: E::Vector<S>) -> E::Vector<S> {
        by_sign::<S, E>(simd, y, E::constant(simd, 1.0), E::constant(simd, self.0), E::constant(simd, 0.0))
    }
}

impl<E: Math> Activation<E> for Elu {
    #[inline(always)]
    fn forward<S: Simd>(self, simd: S, x: E::Vector<S>) -> E::Vector<S> {
        exponential::<S, E>(simd, x, 1.0, self.0)
    }

    #[inline(always)]
    fn slope<S: Simd>(self, simd: S, y: E::Vector<S>) -> E::Vector<S> {
        exponential_slope::<S, E>(simd, y, 1.0, self.0)
    }

    #[inline(always)]
    fn slope_at<S: Simd>(self, simd: S, x: E::Vector<S>) -> E::Vector<S> {
        exponential_slope_at::<S, E>(simd, x, 1.0, self.0)
    }
}

impl<E: Math> Activation<E> for Selu {
    #[inline(always)]
    fn forward<S: Simd>(self, simd: S, x: E::Vector<S>) -> E::Vector<S> {
        exponential::<S, E>(simd, x, Selu::LAMBDA, Selu::LAMBDA * Selu::ALPHA)
    }

    #[inline(always)]
    fn slope<S: Simd>(self, simd: S, y: E::Vector<S>) -> E::Vector<S> {
        exponential_slope::<S, E>(simd, y, Selu::LAMBDA, Selu::LAMBDA * Selu::ALPHA)
    }

    #[inline(always)]
    fn slope_at<S: Simd>(self, simd: S, x: E::Vector<S>) -> E::Vector<S> {
        exponential_slope_at::<S, E>(simd, x, Selu::LAMBDA, Selu::LAMBDA * Selu::ALPHA)
    }
}

/// `line` x for x > 0, else `scale` (eˣ − 1).
#[inline(always)]
fn exponential<S: Simd, E: Math>(simd: S, x: E::Vector<S>, line: f64, scale: f64) -> E::Vector<S> {
    let zero = E::constant(simd, 0.0);
    let curve = E::mul(simd, E::constant(simd, scale), E::exp_minus_one(simd, E::min(simd, zero, x)));
    by_sign::<S, E>(simd, x, E::mul(simd, E::constant(simd, line), x), curve, zero)
}

/// The slope of [`exponential`]: `line` for y > 0, else `scale` eˣ = y + `scale`.
#[inline(always)]
fn exponential_slope<S: Simd, E: Math>(simd: S, y: E::Vector<S>, line: f64, scale: f64) -> E::Vector<S> {
    let curve = E::add(simd, y, E::constant(simd, scale));
    by_sign::<S, E>(simd, y, E::constant(simd, line), curve, E::constant(simd, 0.0))
}

/// The slope of [`exponential`] from x: `line` for x > 0, else `scale` eˣ.
#[inline(always)]
fn exponential_slope_at<S: Simd, E: Math>(simd: S, x: E::Vector<S>, line: f64, scale: f64) -> E::Vector<S> {
    let zero = E::constant(simd, 0.0);
    let curve = E::mul(simd, E::constant(simd, scale), E::exp(simd, E::min(simd, zero, x)));
    by_sign::<S, E>(simd, x, E::constant(simd, line), curve, zero)
}

impl<E: Math> Activation<E> for Sigmoid {
    #[inline(always)]
    fn forward<S: Simd>(self, simd: S, x: E::Vector<S>) -> E::Vector<S> {
        E::sigmoid(simd, x)
    }

    #[inline(always)]
    fn slope<S: Simd>(self, simd: S, y: E::Vector<S>) -> E::Vector<S> {
        E::mul(simd, y, E::sub(simd, E::constant(simd, 1.0), y))
    }

    #[inline(always)]
    fn slope_at<S: Simd>(self, simd: S, x: E::Vector<S>) -> E::Vector<S> {
        E::sigmoid_slope(simd, x)
    }
}

impl<E: Math> Activation<E> for Tanh {
    #[inline(always)]
    fn forward<S: Simd>(self, simd: S, x: E::Vector<S>) -> E::Vector<S> {
        E::tanh(simd, x)
    }

    #[inline(always)]
    fn slope<S: Simd>(self, simd: S, y: E::Vector<S>) -> E::Vector<S> {
        // (1 − y)(1 + y) loses less than 1 − y² where |y| is near 1.
        let one = E::constant(simd, 1.0);
        E::mul(simd, E::sub(simd, one, y), E::add(simd, one, y))
    }

    #[inline(always)]
    fn slope_at<S: Simd>(self, simd: S, x: E::Vector<S>) -> E::Vector<S> {
        E::tanh_slope(simd, x)
    }
}

impl<E: Math> Activation<E> for Softplus {
    #[inline(always)]
    fn forward<S: Simd>(self, simd: S, x: E::Vector<S>) -> E::Vector<S> {
        E::softplus(simd, x)
    }

    #[inline(always)]
    fn slope<S: Simd>(self, simd: S, y: E::Vector<S>) -> E::Vector<S> {
        // eˣ = e^y − 1, so the slope 1 / (1 + e⁻ˣ) is 1 − e^(−y).
        let zero = E::constant(simd, 0.0);
        E::sub(simd, zero, E::exp_minus_one(simd, E::sub(simd, zero, y)))
    }
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
        E::mul(simd, d, self.0.slope(simd, y))
    }
}

/// (d, x) ↦ d · f′(x)
#[derive(Clone, Copy)]
struct BackwardFromInput<A>(A);

impl<E: Math, A: Activation<E>> Binary<E> for BackwardFromInput<A> {
    #[inline(always)]
    fn call<S: Simd>(self, simd: S, d: E::Vector<S>, x: E::Vector<S>) -> E::Vector<S> {
        E::mul(simd, d, self.0.slope_at(simd, x))
    }
}

/// y = f(y) in place.
///
/// ```
/// use plumbline::{Const, layers::{Relu, activation}, network::ViewMut};
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
/// use plumbline::{Const, layers::{LeakyRelu, activation}, network::{View, ViewMut}};
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
/// use plumbline::{Const, layers::{Sigmoid, activation}, network::{View, ViewMut}};
/// let mut d = [8.0];
/// let y = View::<(Const<1>,), f64>::new(&[0.5], 1, 1);
/// activation::backward(Sigmoid, y, ViewMut::new(&mut d, 1, 1));
/// assert_eq!(d, [2.0]);
/// ```
#[inline(always)]
pub fn backward<A: Activation<E>, S: Shape, E: Element>(a: A, y: View<'_, S, E>, mut d: ViewMut<'_, S, E>) {
    if !A::IDENTITY {
        elementwise::update_with(Backward(a), d.data_mut(), y.data());
    }
}

/// d = d · f′(x) in place: as [`backward`], from what f takes and not from what it gives, and exact where f is near a limit.
///
/// ```
/// use plumbline::{Const, layers::{Tanh, activation}, network::{View, ViewMut}};
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
