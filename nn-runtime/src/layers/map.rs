//! y = f(x) elementwise, for a function that the user writes.
//!
//! In a network it is written `map(|x| expression)`; the macro finds the derivative. By hand both are given:
//!
//! ```
//! use nn_runtime::{Const, layers::map, network::{View, ViewMut}};
//! type S = (Const<2>,);
//! let x = View::<S, f64>::new(&[1.0, 3.0], 1, 1);
//! let (mut y, mut d) = ([0.0; 2], [1.0; 2]);
//! map::forward(|x: f64| x * x, x, ViewMut::new(&mut y, 1, 1));
//! map::backward(|x: f64| x + x, x, ViewMut::new(&mut d, 1, 1));
//! assert_eq!((y, d), ([1.0, 9.0], [2.0, 6.0]));
//! ```

use crate::{
    Element, Shape,
    kernels::map,
    network::{View, ViewMut},
};

/// y = f(x), elementwise, for values of any shape. Arithmetic becomes vector code; `exp` and its kin are the standard
/// library's, number by number.
#[inline(always)]
pub fn forward<S: Shape, E: Element>(f: impl Fn(E) -> E, x: View<'_, S, E>, mut y: ViewMut<'_, S, E>) {
    map::map(f, x.data(), y.data_mut());
    clear_padding(y);
}

/// d = d · f′(x) in place, for the derivative `slope` of f.
#[inline(always)]
pub fn backward<S: Shape, E: Element>(slope: impl Fn(E) -> E, x: View<'_, S, E>, mut d: ViewMut<'_, S, E>) {
    map::scale_by(slope, x.data(), d.data_mut());
    clear_padding(d);
}

/// Sets the lanes beyond the samples to zero: what f makes of nothing may be infinite, as ln 0 is, and a sum over all
/// lanes that takes it times zero would not be a number.
#[inline(always)]
fn clear_padding<S: Shape, E: Element>(mut y: ViewMut<'_, S, E>) {
    let (samples, lanes) = (y.samples(), y.lanes());
    if S::INTERLEAVED && samples < lanes {
        for lanes in y.data_mut().chunks_exact_mut(lanes) {
            lanes[samples..].fill(E::zero());
        }
    }
}

/// 1 / (1 + e⁻ˣ)
///
/// ```
/// assert_eq!(nn_runtime::layers::map::sigmoid(0.0), 0.5);
/// ```
#[inline(always)]
pub fn sigmoid<E: Element>(x: E) -> E {
    (E::one() + (-x).exp()).recip()
}

/// max(x, 0), and NaN for NaN.
///
/// ```
/// assert_eq!([-1.0, 2.0].map(nn_runtime::layers::map::relu), [0.0, 2.0]);
/// ```
#[inline(always)]
pub fn relu<E: Element>(x: E) -> E {
    if x < E::zero() { E::zero() } else { x }
}

/// The smaller of two numbers, and NaN where one is NaN: `f32::min` would hide it.
///
/// ```
/// assert_eq!(nn_runtime::layers::map::min(1.0, 2.0), 1.0);
/// ```
#[inline(always)]
pub fn min<E: Element>(a: E, b: E) -> E {
    if a < b || a.is_nan() { a } else { b }
}

/// The larger of two numbers, and NaN where one is NaN: `f32::max` would hide it.
///
/// ```
/// assert_eq!(nn_runtime::layers::map::max(1.0, 2.0), 2.0);
/// ```
#[inline(always)]
pub fn max<E: Element>(a: E, b: E) -> E {
    if a > b || a.is_nan() { a } else { b }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{layers::testing::values, shape::Const};

    fn check<E: Element>() {
        type S = (Const<37>,);
        let x = values::<E>(37, 1);
        let d = values::<E>(37, 2);
        let (mut y, mut d_x) = (vec![E::nan(); 37], d.clone());
        forward(|x: E| x * x - x, View::<S, E>::new(&x, 1, 1), ViewMut::new(&mut y, 1, 1));
        backward(|x: E| x + x - E::one(), View::<S, E>::new(&x, 1, 1), ViewMut::new(&mut d_x, 1, 1));
        for i in 0..37 {
            assert_eq!(y[i], x[i] * x[i] - x[i]);
            assert_eq!(d_x[i], d[i] * (x[i] + x[i] - E::one()));
        }
    }

    #[test]
    fn each_number_by_itself() {
        check::<f32>();
        check::<f64>();
    }

    #[test]
    fn lanes_beyond_the_samples_stay_zero() {
        type S = (Const<2>, Const<1>, Const<1>);
        let x: Vec<f64> = (0..32).map(|i| if i % 16 < 3 { 2.0 } else { 0.0 }).collect();
        let (mut y, mut d) = (vec![f64::NAN; 32], vec![1.0; 32]);
        forward(f64::recip, View::<S, f64>::new(&x, 3, 16), ViewMut::new(&mut y, 3, 16));
        backward(f64::recip, View::<S, f64>::new(&x, 3, 16), ViewMut::new(&mut d, 3, 16));
        let expected: Vec<f64> = x.iter().map(|x| x / 4.0).collect();
        assert_eq!((&y, &d), (&expected, &expected));
    }

    #[test]
    fn functions_of_the_language_at_their_limits() {
        assert_eq!(sigmoid(f32::NEG_INFINITY), 0.0);
        assert_eq!(sigmoid(f64::INFINITY), 1.0);
        assert!((sigmoid(2.0_f64) - 0.880_797_077_977_882_3).abs() < 1e-15);
        assert_eq!(relu(-0.0_f32), 0.0);
        assert!(relu(f64::NAN).is_nan());
        assert_eq!([min(1.0, 2.0), min(2.0, 1.0), max(1.0, 2.0), max(2.0, 1.0)], [1.0, 1.0, 2.0, 2.0]);
        for (a, b) in [(f32::NAN, 1.0), (1.0, f32::NAN)] {
            assert!(min(a, b).is_nan() && max(a, b).is_nan());
        }
    }
}
