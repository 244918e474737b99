//! f(x) = ln(1 + eˣ)

use pulp::Simd;

use crate::{kernels::math::Math, layers::activation::Activation};

/// f(x) = ln(1 + eˣ)
///
/// The error of f(x) is at most 2.5·10⁻⁷ relative in `f32` and 10⁻¹⁵ in `f64`, that of f′(x) at most 5·10⁻⁷ and 10⁻¹⁵.
///
/// ```
/// use plumbline::{Const, layers::{Softplus, activation}, network::abi::ViewMut};
/// let mut y = [0.0, 1000.0];
/// activation::forward(Softplus, ViewMut::<(Const<2>,), f64>::new(&mut y, 1, 1));
/// assert!((y[0] - 2.0_f64.ln()).abs() < 1e-15 && y[1] == 1000.0);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Softplus;

impl<E: Math> Activation<E> for Softplus {
    const FROM_OUTPUT: bool = true;

    #[inline(always)]
    fn forward<S: Simd>(self, simd: S, x: E::Vector<S>) -> E::Vector<S> {
        E::softplus(simd, x)
    }

    #[inline(always)]
    fn derivative_from_output<S: Simd>(self, simd: S, y: E::Vector<S>) -> E::Vector<S> {
        // eˣ = e^y − 1, so the slope 1 / (1 + e⁻ˣ) is 1 − e^(−y).
        let zero = E::constant(simd, 0.0);
        E::sub(simd, zero, E::exp_minus_one(simd, E::sub(simd, zero, y)))
    }
}
