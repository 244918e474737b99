//! f(x) = 1 / (1 + e⁻ˣ)

use pulp::Simd;

use crate::{kernels::math::Math, layers::activation::Activation};

/// f(x) = 1 / (1 + e⁻ˣ)
///
/// The error of f(x) is at most 2.5·10⁻⁷ relative in `f32` and 10⁻¹⁵ in `f64`, that of f′(x) from x at most 3·10⁻⁷ and 10⁻¹⁵.
///
/// ```
/// use plumbline::{Const, layers::{Sigmoid, activation}, network::abi::ViewMut};
/// let mut y = [0.0, f64::INFINITY];
/// activation::forward(Sigmoid, ViewMut::<(Const<2>,), f64>::new(&mut y, 1, 1));
/// assert_eq!(y, [0.5, 1.0]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sigmoid;

impl<E: Math> Activation<E> for Sigmoid {
    const FROM_OUTPUT: bool = true;

    #[inline(always)]
    fn forward<S: Simd>(self, simd: S, x: E::Vector<S>) -> E::Vector<S> {
        E::sigmoid(simd, x)
    }

    #[inline(always)]
    fn derivative_from_output<S: Simd>(self, simd: S, y: E::Vector<S>) -> E::Vector<S> {
        E::mul(simd, y, E::sub(simd, E::constant(simd, 1.0), y))
    }

    #[inline(always)]
    fn derivative<S: Simd>(self, simd: S, x: E::Vector<S>) -> E::Vector<S> {
        E::sigmoid_slope(simd, x)
    }
}
