//! f(x) = x for x > 0, else a (eˣ − 1)

use pulp::Simd;

use crate::{
    kernels::{
        math::Math,
        piecewise::{exponential, exponential_derivative},
    },
    layers::activation::{Activation, exponential_derivative_from_output},
};

/// f(x) = x for x > 0, else a (eˣ − 1) with a ≥ 0 (Clevert, Unterthiner and Hochreiter, 2016).
///
/// The errors of f(x) and of f′(x) from x are at most 4·10⁻⁷ relative in `f32` and 10⁻¹⁵ in `f64`. Where eˣ would be subnormal in `f32`, f′(x) is 0.
///
/// ```
/// use plumbline::{Const, layers::{Elu, activation}, network::abi::ViewMut};
/// let mut y = [f64::NEG_INFINITY, 2.0];
/// activation::forward(Elu(1.0), ViewMut::<(Const<2>,), f64>::new(&mut y, 1, 1));
/// assert_eq!(y, [-1.0, 2.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Elu(
    /// a, 1 by default.
    pub f64,
);

impl Default for Elu {
    fn default() -> Self {
        Elu(1.0)
    }
}

impl<E: Math> Activation<E> for Elu {
    const FROM_OUTPUT: bool = true;

    #[inline(always)]
    fn forward<S: Simd>(self, simd: S, x: E::Vector<S>) -> E::Vector<S> {
        exponential::<S, E>(simd, x, 1.0, self.0)
    }

    #[inline(always)]
    fn derivative_from_output<S: Simd>(self, simd: S, y: E::Vector<S>) -> E::Vector<S> {
        exponential_derivative_from_output::<S, E>(simd, y, 1.0, self.0)
    }

    #[inline(always)]
    fn derivative<S: Simd>(self, simd: S, x: E::Vector<S>) -> E::Vector<S> {
        exponential_derivative::<S, E>(simd, x, 1.0, self.0)
    }
}
