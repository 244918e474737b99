//! f(x) = x

use pulp::Simd;

use crate::{kernels::math::Math, layers::activation::Activation};

/// f(x) = x
///
/// ```
/// use plumbline::{Const, layers::{Identity, activation}, network::abi::ViewMut};
/// let mut y = [-1.0, 2.0];
/// activation::forward(Identity, ViewMut::<(Const<2>,), f64>::new(&mut y, 1, 1));
/// assert_eq!(y, [-1.0, 2.0]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Identity;

impl<E: Math> Activation<E> for Identity {
    const FROM_OUTPUT: bool = true;
    const IDENTITY: bool = true;

    #[inline(always)]
    fn forward<S: Simd>(self, _: S, x: E::Vector<S>) -> E::Vector<S> {
        x
    }

    #[inline(always)]
    fn derivative_from_output<S: Simd>(self, simd: S, _: E::Vector<S>) -> E::Vector<S> {
        E::constant(simd, 1.0)
    }
}
