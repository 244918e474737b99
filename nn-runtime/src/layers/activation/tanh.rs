//! f(x) = tanh x

use pulp::Simd;

use crate::{kernels::math::Math, layers::activation::Activation};

/// f(x) = tanh x
///
/// The errors of f(x) and of f′(x) from x are at most 3·10⁻⁷ relative in `f32` and 10⁻¹⁵ in `f64`.
///
/// ```
/// use plumbline::{Const, layers::{Tanh, activation}, network::abi::ViewMut};
/// let mut y = [0.0, 1.0];
/// activation::forward(Tanh, ViewMut::<(Const<2>,), f64>::new(&mut y, 1, 1));
/// assert!(y[0] == 0.0 && (y[1] - 1.0_f64.tanh()).abs() < 1e-15);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tanh;

impl<E: Math> Activation<E> for Tanh {
    const FROM_OUTPUT: bool = true;

    #[inline(always)]
    fn forward<S: Simd>(self, simd: S, x: E::Vector<S>) -> E::Vector<S> {
        E::tanh(simd, x)
    }

    #[inline(always)]
    fn derivative_from_output<S: Simd>(self, simd: S, y: E::Vector<S>) -> E::Vector<S> {
        // (1 − y)(1 + y) loses less than 1 − y² where |y| is near 1.
        let one = E::constant(simd, 1.0);
        E::mul(simd, E::sub(simd, one, y), E::add(simd, one, y))
    }

    #[inline(always)]
    fn derivative<S: Simd>(self, simd: S, x: E::Vector<S>) -> E::Vector<S> {
        E::tanh_slope(simd, x)
    }
}
