//! y = sign x.

use pulp::Simd;

use crate::{
    Element, Shape,
    kernels::{
        elementwise::{self, Unary},
        math::Math,
    },
    network::ViewMut,
};

/// y = −1 for x < 0, 1 for x > 0, else 0, elementwise. It has no gradient.
///
/// ```
/// use plumbline::{Const, layers::Sign, network::abi::ViewMut};
/// let mut y = [-0.5_f32, 0.0, 3.0];
/// Sign.forward(ViewMut::<(Const<3>,), f32>::new(&mut y, 1, 1));
/// assert_eq!(y, [-1.0, 0.0, 1.0]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sign;

impl Sign {
    /// y = sign y in place.
    #[inline(always)]
    pub fn forward<S: Shape, E: Element>(self, mut y: ViewMut<'_, S, E>) {
        elementwise::update(self, y.data_mut());
    }
}

impl<E: Math> Unary<E> for Sign {
    #[inline(always)]
    fn call<S: Simd>(self, simd: S, x: E::Vector<S>) -> E::Vector<S> {
        let (zero, one) = (E::constant(simd, 0.0), E::constant(simd, 1.0));
        let above = E::select(simd, E::less(simd, zero, x), one, zero);
        E::select(simd, E::less(simd, x, zero), E::constant(simd, -1.0), above)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::Const;

    #[test]
    fn infinities_zeros_and_nan_have_pytorchs_signs() {
        let mut y = [f64::NEG_INFINITY, -1e-300, -0.0, 0.0, 1e-300, f64::INFINITY, f64::NAN];
        Sign.forward(ViewMut::<(Const<7>,), f64>::new(&mut y, 1, 1));
        assert_eq!(y, [-1.0, -1.0, 0.0, 0.0, 1.0, 1.0, 0.0]);
    }
}
