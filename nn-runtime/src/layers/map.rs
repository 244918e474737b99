//! y = f(x) elementwise, for a function that the user writes.
//!
//! In a network it is written `map(|x| expression)`; the macro finds the derivative. By hand both are given:
//!
//! ```
//! use plumbline::{Const, layers::map, network::abi::{View, ViewMut}};
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
/// library's, number by number. The functions of this module have a relative error of at most 10⁻⁶ in `f32` and 2·10⁻¹⁵ in `f64` wherever the result is
/// at least 10⁻³⁶ in size; the error of the slope of mish is absolute near its zero at −1.192.
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

/// t = e^(−|x|), and 1 + t.
#[inline(always)]
fn decay<E: Element>(x: E) -> (E, E) {
    let t = (-x.abs()).exp();
    (t, E::one() + t)
}

/// 1 / (1 + e⁻ˣ)
///
/// ```
/// assert_eq!(plumbline::layers::map::sigmoid(0.0), 0.5);
/// ```
#[inline(always)]
pub fn sigmoid<E: Element>(x: E) -> E {
    let (t, u) = decay(x);
    if x > E::zero() { u.recip() } else { t / u }
}

/// σ(x) σ(−x), the slope of [`sigmoid`], for large x too, where 1 − σ(x) rounds to 0.
///
/// ```
/// assert!((plumbline::layers::map::sigmoid_slope(17.0_f32) / 4.139_937_5e-8 - 1.0).abs() < 1e-6);
/// ```
#[inline(always)]
pub fn sigmoid_slope<E: Element>(x: E) -> E {
    let (t, u) = decay(x);
    t / (u * u)
}

/// 1 − tanh² x, the slope of tanh, for large x too, where tanh x rounds to 1.
///
/// ```
/// assert!((plumbline::layers::map::tanh_slope(8.0_f32) / 4.501_402e-7 - 1.0).abs() < 1e-6);
/// ```
#[inline(always)]
pub fn tanh_slope<E: Element>(x: E) -> E {
    // 4 t² / (1 + t²)² with t = e^(−|x|)
    let (t, _) = decay(x);
    let half = (t + t) / (E::one() + t * t);
    half * half
}

/// ln(1 + eˣ), x itself where eˣ would be infinite.
///
/// ```
/// use plumbline::layers::map::softplus;
/// assert_eq!([softplus(100.0_f32), softplus(f32::NEG_INFINITY)], [100.0, 0.0]);
/// ```
#[inline(always)]
pub fn softplus<E: Element>(x: E) -> E {
    let (t, _) = decay(x);
    relu(x) + t.ln_1p()
}

/// x tanh(ln(1 + eˣ)) (Misra, 2020), and 0 at −∞.
///
/// ```
/// use plumbline::layers::map::mish;
/// assert_eq!([mish(100.0_f32), mish(f32::NEG_INFINITY)], [100.0, 0.0]);
/// ```
#[inline(always)]
pub fn mish<E: Element>(x: E) -> E {
    // With t = e^(−|x|), tanh(ln(1 + eˣ)) is (1 + 2 t) / (1 + 2 t + 2 t²) above 0, and t (t + 2) / (t (t + 2) + 2) below.
    let (t, _) = decay(x);
    let two = E::one() + E::one();
    if x > E::zero() {
        let n = E::one() + two * t;
        x * (n / (n + two * t * t))
    } else if t > E::zero() {
        let n = t * (t + two);
        x * (n / (n + two))
    } else {
        // −∞ · 0, and NaN.
        -t
    }
}

/// The slope of [`mish`].
///
/// ```
/// use plumbline::layers::map::mish_slope;
/// assert_eq!([mish_slope(0.0), mish_slope(100.0), mish_slope(f64::NEG_INFINITY)], [0.6, 1.0, 0.0]);
/// ```
#[inline(always)]
pub fn mish_slope<E: Element>(x: E) -> E {
    let (t, u) = decay(x);
    let two = E::one() + E::one();
    // With n and d such that tanh(ln(1 + eˣ)) = n / d, its slope is 4 (1 + t) t² / d² above 0, and 4 t (1 + t) / d² below.
    if x > E::zero() {
        let n = E::one() + two * t;
        let d = n + two * t * t;
        let (a, ratio) = (if t > E::zero() { x } else { E::one() }, two * t / d);
        n / d + a * u * (ratio * ratio)
    } else if t > E::zero() {
        let n = t * (t + two);
        let d = n + two;
        n / d + x * t * u * (two / d) * (two / d)
    } else {
        t
    }
}

/// max(x, 0), and NaN for NaN.
///
/// ```
/// assert_eq!([-1.0, 2.0].map(plumbline::layers::map::relu), [0.0, 2.0]);
/// ```
#[inline(always)]
pub fn relu<E: Element>(x: E) -> E {
    if x < E::zero() { E::zero() } else { x }
}

/// The smaller of two numbers, and NaN where one is NaN: `f32::min` would hide it.
///
/// ```
/// assert_eq!(plumbline::layers::map::min(1.0, 2.0), 1.0);
/// ```
#[inline(always)]
pub fn min<E: Element>(a: E, b: E) -> E {
    if a < b || a.is_nan() { a } else { b }
}

/// The larger of two numbers, and NaN where one is NaN: `f32::max` would hide it.
///
/// ```
/// assert_eq!(plumbline::layers::map::max(1.0, 2.0), 2.0);
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

    /// A function of the language, and the same in `f64` from its definition.
    fn check_line(narrow: fn(f32) -> f32, wide: fn(f64) -> f64, exact: impl Fn(f64) -> f64, zero: Option<f64>) {
        for step in -9000..=9000 {
            let x = f64::from(step as f32 * 0.0123);
            let right = exact(x);
            let size = if zero.is_some_and(|zero| (x - zero).abs() < 0.5) { 1.0 } else { right.abs() };
            let (y, y32) = (wide(x), f64::from(narrow(x as f32)));
            assert!((y - right).abs() <= 2e-15 * size, "f64 at {x}: {y:e}, not {right:e}");
            let tiny = right.abs() < 1e-36 && y32.abs() < 1.1e-36;
            assert!((y32 - right).abs() <= 1e-6 * size || tiny, "f32 at {x}: {y32:e}, not {right:e}");
        }
        assert!(narrow(f32::NAN).is_nan() && wide(f64::NAN).is_nan());
    }

    #[test]
    fn functions_of_the_language_are_right_everywhere() {
        let t = |x: f64| (-x.abs()).exp();
        check_line(sigmoid, sigmoid, |x| if x > 0.0 { 1.0 } else { t(x) } / (1.0 + t(x)), None);
        check_line(sigmoid_slope, sigmoid_slope, |x| 0.25 * (0.5 * x).cosh().powi(-2), None);
        check_line(tanh_slope, tanh_slope, |x| x.cosh().powi(-2), None);
        let softplus_of = move |x: f64| x.max(0.0) + t(x).ln_1p();
        check_line(softplus, softplus, softplus_of, None);
        check_line(mish, mish, |x| x * softplus_of(x).tanh(), None);
        let slope = |x: f64| {
            let (y, s) = (softplus_of(x), if x > 0.0 { 1.0 } else { t(x) } / (1.0 + t(x)));
            y.tanh() + x * y.cosh().powi(-2) * s
        };
        check_line(mish_slope, mish_slope, slope, Some(-1.192));
    }

    #[test]
    fn functions_of_the_language_at_their_limits() {
        let ends = |f: fn(f32) -> f32| [f(f32::NEG_INFINITY), f(f32::INFINITY)];
        assert_eq!((ends(softplus), ends(mish)), ([0.0, f32::INFINITY], [0.0, f32::INFINITY]));
        assert_eq!((ends(mish_slope), ends(tanh_slope), ends(sigmoid_slope)), ([0.0, 1.0], [0.0; 2], [0.0; 2]));
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
