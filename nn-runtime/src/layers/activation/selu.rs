//! f(x) = λ x for x > 0, else λ α (eˣ − 1)

use pulp::Simd;

use crate::{
    kernels::{
        math::Math,
        piecewise::{SELU_ALPHA, SELU_LAMBDA, exponential, exponential_derivative},
    },
    layers::activation::{Activation, exponential_derivative_from_output},
};

/// f(x) = λ x for x > 0, else λ α (eˣ − 1), with λ and α for which activations of mean 0 and variance 1 keep them
/// (Klambauer et al., 2017).
///
/// The errors of f(x) and of f′(x) from x are at most 4·10⁻⁷ relative in `f32` and 10⁻¹⁵ in `f64`. Where eˣ would be subnormal in `f32`, f′(x) is 0.
///
/// ```
/// use plumbline::{Const, layers::{Selu, activation}, network::abi::ViewMut};
/// let mut y = [0.0, 1.0];
/// activation::forward(Selu, ViewMut::<(Const<2>,), f64>::new(&mut y, 1, 1));
/// assert_eq!(y, [0.0, 1.050_700_987_355_480_5]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Selu;

impl Selu {
    pub(in crate::layers) const LAMBDA: f64 = SELU_LAMBDA;
    pub(in crate::layers) const ALPHA: f64 = SELU_ALPHA;
}

impl<E: Math> Activation<E> for Selu {
    const FROM_OUTPUT: bool = true;

    #[inline(always)]
    fn forward<S: Simd>(self, simd: S, x: E::Vector<S>) -> E::Vector<S> {
        exponential::<S, E>(simd, x, Selu::LAMBDA, Selu::LAMBDA * Selu::ALPHA)
    }

    #[inline(always)]
    fn derivative_from_output<S: Simd>(self, simd: S, y: E::Vector<S>) -> E::Vector<S> {
        exponential_derivative_from_output::<S, E>(simd, y, Selu::LAMBDA, Selu::LAMBDA * Selu::ALPHA)
    }

    #[inline(always)]
    fn derivative<S: Simd>(self, simd: S, x: E::Vector<S>) -> E::Vector<S> {
        exponential_derivative::<S, E>(simd, x, Selu::LAMBDA, Selu::LAMBDA * Selu::ALPHA)
    }
}
