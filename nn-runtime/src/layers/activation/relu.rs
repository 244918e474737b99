//! f(x) = max(x, 0)

use pulp::Simd;

use crate::{
    kernels::math::Math,
    layers::activation::{Activation, by_sign},
};

/// f(x) = max(x, 0), its slope at 0 taken as 0 (Nair and Hinton, 2010).
///
/// ```
/// use plumbline::{Const, layers::{Relu, activation}, network::abi::ViewMut};
/// let mut y = [-1.0, 2.0];
/// activation::forward(Relu, ViewMut::<(Const<2>,), f64>::new(&mut y, 1, 1));
/// assert_eq!(y, [0.0, 2.0]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Relu;

impl<E: Math> Activation<E> for Relu {
    const FROM_OUTPUT: bool = true;
    const RECTIFIES: bool = true;

    #[inline(always)]
    fn forward<S: Simd>(self, simd: S, x: E::Vector<S>) -> E::Vector<S> {
        E::max(simd, E::constant(simd, 0.0), x)
    }

    #[inline(always)]
    fn derivative_from_output<S: Simd>(self, simd: S, y: E::Vector<S>) -> E::Vector<S> {
        let zero = E::constant(simd, 0.0);
        by_sign::<S, E>(simd, y, E::constant(simd, 1.0), zero, zero)
    }
}
