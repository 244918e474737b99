//! f(x) = x for x > 0, else a x

use pulp::Simd;

use crate::{
    kernels::{math::Math, piecewise::leaky_relu},
    layers::activation::{Activation, by_sign},
};

/// f(x) = x for x > 0, else a x with a ≥ 0 (Maas, Hannun and Ng, 2013).
///
/// With a = 0 it is [`Relu`](crate::layers::Relu), at −∞ too.
///
/// ```
/// use plumbline::{Const, layers::{LeakyRelu, activation}, network::abi::ViewMut};
/// let mut y = [-1.0, 2.0];
/// activation::forward(LeakyRelu(0.1), ViewMut::<(Const<2>,), f64>::new(&mut y, 1, 1));
/// assert_eq!(y, [-0.1, 2.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LeakyRelu(
    /// a, 0.01 in the literature and by default.
    pub f64,
);

impl Default for LeakyRelu {
    fn default() -> Self {
        LeakyRelu(0.01)
    }
}

impl<E: Math> Activation<E> for LeakyRelu {
    const FROM_OUTPUT: bool = true;

    #[inline(always)]
    fn forward<S: Simd>(self, simd: S, x: E::Vector<S>) -> E::Vector<S> {
        leaky_relu::<S, E>(simd, x, self.0)
    }

    #[inline(always)]
    fn derivative_from_output<S: Simd>(self, simd: S, y: E::Vector<S>) -> E::Vector<S> {
        by_sign::<S, E>(simd, y, E::constant(simd, 1.0), E::constant(simd, self.0), E::constant(simd, 0.0))
    }
}
