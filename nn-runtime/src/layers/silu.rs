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
/// The error of y is at most 3·10⁻⁷ relative in `f32` and 10⁻¹⁵ in `f64` for every x; that of the slope at most 5·10⁻⁷ and 10⁻¹⁵, absolute near its zero at
/// −1.278. SiLU(−∞) is 0, and what would be subnormal in `f32` may be 0.
///
/// ```
/// use plumbline::{Const, layers::Silu, network::{View, ViewMut}};
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
        E::silu(simd, x)
    }
}

#[derive(Clone, Copy)]
struct Slope;

impl<E: Math> Binary<E> for Slope {
    #[inline(always)]
    fn call<S: Simd>(self, simd: S, d: E::Vector<S>, x: E::Vector<S>) -> E::Vector<S> {
        E::mul(simd, d, E::silu_slope(simd, x))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        layers::testing::{assert_close, differences, values},
        shape::Const,
    };

    type S = (Const<37>,);

    fn outputs<E: Element>(x: &[E]) -> Vec<E> {
        let mut y = vec![E::zero(); x.len()];
        Silu.forward(View::<S, E>::new(x, 1, 1), ViewMut::new(&mut y, 1, 1));
        y
    }

    fn gradients<E: Element>(x: &[E], d: &[E]) -> Vec<E> {
        let mut d = d.to_vec();
        Silu.backward(View::<S, E>::new(x, 1, 1), ViewMut::new(&mut d, 1, 1));
        d
    }

    #[test]
    fn values_and_slopes_agree_with_the_definition() {
        let x: Vec<f64> = values::<f64>(37, 1).iter().map(|x| 5.0 * x).collect();
        let d = values::<f64>(37, 2);
        assert_close(&outputs(&x), &x.iter().map(|&x| x / (1.0 + (-x).exp())).collect::<Vec<_>>(), 1e-14);
        assert_close(&gradients(&x, &d), &differences(&x, &d, outputs), 1e-9);
        let narrow: Vec<f32> = x.iter().map(|&x| x as f32).collect();
        assert_close(&outputs(&narrow), &outputs(&x), 1e-6);
        assert_close(&gradients(&narrow, &values::<f32>(37, 2)), &gradients(&x, &d), 1e-5);
    }
}
