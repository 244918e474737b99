//! y = x σ(x), σ the logistic function.

use pulp::Simd;

use crate::{
    Element, Shape,
    kernels::{
        elementwise::{self, Binary, Unary},
        math::Math,
    },
    network::{View, ViewMut},
};

/// y = x / (1 + e⁻ˣ), elementwise (Elfwing, Uchibe and Doya, 2018; "swish").
///
/// ```
/// use nn_runtime::{Const, layers::Silu, network::{View, ViewMut}};
/// let mut y = [0.0; 1];
/// Silu.forward(View::<(Const<1>,), f64>::new(&[2.0], 1, 1), ViewMut::new(&mut y, 1, 1));
/// assert!((y[0] - 1.761_594_155_955_765).abs() < 1e-14);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Silu;

impl Silu {
    /// y = x σ(x)
    #[inline(always)]
    pub fn forward<S: Shape, E: Element>(self, x: View<'_, S, E>, mut y: ViewMut<'_, S, E>) {
        elementwise::map(Value, x.data(), y.data_mut());
    }

    /// d = d · σ(x) (1 + x (1 − σ(x))) in place.
    #[inline(always)]
    pub fn backward<S: Shape, E: Element>(self, x: View<'_, S, E>, mut d: ViewMut<'_, S, E>) {
        elementwise::update_with(Slope, d.data_mut(), x.data());
    }
}

#[derive(Clone, Copy)]
struct Value;

impl<E: Math> Unary<E> for Value {
    #[inline(always)]
    fn call<S: Simd>(self, simd: S, x: E::Vector<S>) -> E::Vector<S> {
        E::mul(simd, x, E::sigmoid(simd, x))
    }
}

#[derive(Clone, Copy)]
struct Slope;

impl<E: Math> Binary<E> for Slope {
    #[inline(always)]
    fn call<S: Simd>(self, simd: S, d: E::Vector<S>, x: E::Vector<S>) -> E::Vector<S> {
        let one = E::constant(simd, 1.0);
        let s = E::sigmoid(simd, x);
        let slope = E::mul(simd, s, E::mul_add(simd, x, E::sub(simd, one, s), one));
        E::mul(simd, d, slope)
    }
}
