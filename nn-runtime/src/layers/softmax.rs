//! Probabilities from logits.

use crate::{
    Element, Shape,
    kernels::softmax,
    network::{Steps, View, ViewMut},
};

/// yᵢ = exp(xᵢ) / Σⱼ exp(xⱼ) over the last axis, for shapes of one or two axes.
///
/// The largest xⱼ is subtracted first, so that no exponential overflows. A single xⱼ of ∞ gives 1 for it and 0 for the others; several, or
/// nothing but −∞, have no limit and give NaN. The error of y is at most 10⁻⁶ relative in `f32` and 10⁻¹⁵ in `f64`; the gradient is from y, as PyTorch's, and
/// so loses what is smaller beside 1 than their precision where one yᵢ is near 1.
///
/// ```
/// use plumbline::{Const, layers::Softmax, network::abi::ViewMut};
/// let mut y = [1e4, 1e4];
/// Softmax.forward(ViewMut::<(Const<2>,), f64>::new(&mut y, 1, 1));
/// assert_eq!(y, [0.5, 0.5]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Softmax;

/// yᵢ = xᵢ − ln Σⱼ exp(xⱼ) over the last axis, for shapes of one or two axes; as stable as [`Softmax`], with the same limits at ±∞. A class
/// that is all but certain keeps its small yᵢ and its small slope.
///
/// ```
/// use plumbline::{Const, layers::LogSoftmax, network::abi::ViewMut};
/// let mut y = [0.0, 1e4];
/// LogSoftmax.forward(ViewMut::<(Const<2>,), f64>::new(&mut y, 1, 1));
/// assert_eq!(y, [-1e4, 0.0]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LogSoftmax;

/// The size of the last axis.
#[inline(always)]
fn last<S: Shape>(sizes: S::Sizes) -> usize {
    const { assert!(!S::INTERLEAVED, "softmax is over the last axis of one or two") };
    sizes.as_ref()[S::DIMS.len() - 1]
}

/// Calls `f` for each row of a value whose last axis is time, without the padding, which becomes 0.
fn over_steps<S: Shape, E: Element>(mut y: ViewMut<'_, S, E>, steps: Steps<'_>, f: impl Fn(&mut [E])) {
    let (last, width) = (last::<S>(y.sizes()), y.width().max(1));
    if last == 0 {
        return;
    }
    for (sample, y) in y.data_mut().chunks_exact_mut(width).enumerate() {
        for row in y.chunks_exact_mut(last) {
            let (real, padding) = row.split_at_mut(steps.length(sample));
            f(real);
            padding.fill(E::zero());
        }
    }
}

/// The same with the rows of a gradient, in place.
fn back_over_steps<S: Shape, E: Element>(
    y: View<'_, S, E>,
    mut d: ViewMut<'_, S, E>,
    steps: Steps<'_>,
    f: impl Fn(&[E], &mut [E], usize),
) {
    let (last, width) = (last::<S>(y.sizes()), y.width().max(1));
    if last == 0 {
        return;
    }
    for (sample, (y, d)) in y.data().chunks_exact(width).zip(d.data_mut().chunks_exact_mut(width)).enumerate() {
        let length = steps.length(sample);
        for (y, d) in y.chunks_exact(last).zip(d.chunks_exact_mut(last)) {
            let (real, padding) = d.split_at_mut(length);
            f(&y[..length], real, length);
            padding.fill(E::zero());
        }
    }
}

impl Softmax {
    /// The softmax of y in place.
    #[inline(always)]
    pub fn forward<S: Shape, E: Element>(self, mut y: ViewMut<'_, S, E>) {
        let last = last::<S>(y.sizes());
        softmax::forward(y.data_mut(), last);
    }

    /// [`Softmax::forward`] where the last axis is time: over the real steps of each sample, as if there were no others. Padding becomes 0.
    #[inline(always)]
    pub fn forward_steps<S: Shape, E: Element>(self, y: ViewMut<'_, S, E>, steps: Steps<'_>) {
        over_steps(y, steps, |y| softmax::forward(y, y.len()));
    }

    /// [`Softmax::backward`] where the last axis is time.
    #[inline(always)]
    pub fn backward_steps<S: Shape, E: Element>(self, y: View<'_, S, E>, d: ViewMut<'_, S, E>, steps: Steps<'_>) {
        back_over_steps(y, d, steps, softmax::backward);
    }

    /// d = y (d − Σⱼ dⱼ yⱼ) in place, where y is the result of the forward pass.
    #[inline(always)]
    pub fn backward<S: Shape, E: Element>(self, y: View<'_, S, E>, mut d: ViewMut<'_, S, E>) {
        softmax::backward(y.data(), d.data_mut(), last::<S>(y.sizes()));
    }
}

impl LogSoftmax {
    /// The logarithm of the softmax of y in place.
    #[inline(always)]
    pub fn forward<S: Shape, E: Element>(self, mut y: ViewMut<'_, S, E>) {
        let last = last::<S>(y.sizes());
        softmax::log_forward(y.data_mut(), last);
    }

    /// [`LogSoftmax::forward`] where the last axis is time: over the real steps of each sample, as if there were no others. Padding becomes 0.
    #[inline(always)]
    pub fn forward_steps<S: Shape, E: Element>(self, y: ViewMut<'_, S, E>, steps: Steps<'_>) {
        over_steps(y, steps, |y| softmax::log_forward(y, y.len()));
    }

    /// [`LogSoftmax::backward`] where the last axis is time.
    #[inline(always)]
    pub fn backward_steps<S: Shape, E: Element>(self, y: View<'_, S, E>, d: ViewMut<'_, S, E>, steps: Steps<'_>) {
        back_over_steps(y, d, steps, softmax::log_backward);
    }

    /// d = d − exp(y) Σⱼ dⱼ in place, where y is the result of the forward pass.
    #[inline(always)]
    pub fn backward<S: Shape, E: Element>(self, y: View<'_, S, E>, mut d: ViewMut<'_, S, E>) {
        softmax::log_backward(y.data(), d.data_mut(), last::<S>(y.sizes()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        kernels::simd::at_each_level,
        layers::testing::{assert_close, differences, values},
        shape::Const,
    };

    /// Two rows of 21 a sample: whole registers and a rest in every instruction set.
    type S = (Const<2>, Const<21>);

    fn outputs<E: Element>(x: &[E], log: bool) -> Vec<E> {
        let mut y = x.to_vec();
        let view = ViewMut::<S, E>::new(&mut y, x.len() / 42, 16);
        if log {
            LogSoftmax.forward(view)
        } else {
            Softmax.forward(view)
        }
        y
    }

    fn gradients<E: Element>(y: &[E], d: &[E], log: bool) -> Vec<E> {
        let mut d = d.to_vec();
        let samples = y.len() / 42;
        let (y, view) = (View::<S, E>::new(y, samples, 16), ViewMut::new(&mut d, samples, 16));
        if log {
            LogSoftmax.backward(y, view)
        } else {
            Softmax.backward(y, view)
        }
        d
    }

    #[test]
    fn values_and_gradients_agree_with_the_definition() {
        let x: Vec<f64> = values::<f64>(126, 1).iter().map(|x| 4.0 * x).collect();
        let d = values::<f64>(126, 2);
        for log in [false, true] {
            let y = outputs(&x, log);
            for (x, y) in x.chunks(21).zip(y.chunks(21)) {
                let sum: f64 = x.iter().map(|x| x.exp()).sum();
                let expected = x.iter().map(|x| if log { x - sum.ln() } else { x.exp() / sum });
                assert_close(y, &expected.collect::<Vec<_>>(), 1e-14);
            }
            let d_x = gradients(&y, &d, log);
            assert_close(&d_x, &differences(&x, &d, |x| outputs(x, log)), 1e-9);
            let narrow: Vec<f32> = x.iter().map(|&x| x as f32).collect();
            let y32 = outputs(&narrow, log);
            assert_close(&y32, &y, 1e-6);
            assert_close(&gradients(&y32, &values::<f32>(126, 2), log), &d_x, 1e-5);
        }
    }

    #[test]
    fn over_time_each_sample_has_its_own_sum() {
        let (x, d, lengths) = (values::<f64>(126, 1), values::<f64>(126, 2), [21, 4, 1]);
        let steps = Steps::new(&lengths, 21, 1);
        for log in [false, true] {
            let (mut y, mut d_x) = (x.clone(), d.clone());
            let view = ViewMut::<S, f64>::new(&mut y, 3, 16);
            if log {
                LogSoftmax.forward_steps(view, steps)
            } else {
                Softmax.forward_steps(view, steps)
            }
            let (y_view, view) = (View::<S, f64>::new(&y, 3, 16), ViewMut::new(&mut d_x, 3, 16));
            if log {
                LogSoftmax.backward_steps(y_view, view, steps);
            } else {
                Softmax.backward_steps(y_view, view, steps);
            }
            for (row, length) in lengths.iter().flat_map(|&length| [length; 2]).enumerate() {
                let at = 21 * row..21 * row + length;
                let mut alone = x[at.clone()].to_vec();
                let mut d_alone = d[at.clone()].to_vec();
                if log {
                    softmax::log_forward(&mut alone, length);
                    softmax::log_backward(&alone, &mut d_alone, length);
                } else {
                    softmax::forward(&mut alone, length);
                    softmax::backward(&alone, &mut d_alone, length);
                }
                assert_eq!((&y[at.clone()], &d_x[at.clone()]), (&alone[..], &d_alone[..]));
                assert!(y[at.end..21 * (row + 1)].iter().chain(&d_x[at.end..21 * (row + 1)]).all(|&x| x == 0.0));
            }
        }
    }

    #[test]
    fn large_logits_neither_overflow_nor_lose_their_differences() {
        for shift in [-1e4_f32, 1e4] {
            let mut x = vec![shift; 42];
            x[3] += 1.0;
            x[41] -= 1e4;
            let (y, log) = (outputs(&x, false), outputs(&x, true));
            let e = 1.0_f64.exp();
            assert_close(&y[3..5], &[e / (20.0 + e), 1.0 / (20.0 + e)], 1e-6);
            assert_close(&log[3..5], &[1.0 - (20.0 + e).ln(), -(20.0 + e).ln()], 1e-6);
            assert_eq!((y[41], y[20]), (0.0, y[0]));
            assert!((log[41] + 1e4 + 20.0_f32.ln()).abs() < 2e-3, "{}", log[41]);
        }
    }

    /// The outputs of a row, and its gradients where that of the first output is 1 and the others' are 0.
    fn row<E: Element, const N: usize>(x: [f64; N], log: bool) -> (Vec<E>, Vec<E>) {
        let mut y: Vec<E> = x.iter().map(|&x| E::from_f64(x)).collect();
        let mut d = vec![E::zero(); N];
        d[0] = E::one();
        let view = ViewMut::<(Const<N>,), E>::new(&mut y, 1, 1);
        if log {
            LogSoftmax.forward(view)
        } else {
            Softmax.forward(view)
        }
        let (at, view) = (View::<(Const<N>,), E>::new(&y, 1, 1), ViewMut::new(&mut d, 1, 1));
        if log {
            LogSoftmax.backward(at, view)
        } else {
            Softmax.backward(at, view)
        }
        (y, d)
    }

    fn check_certain<E: Element, const N: usize>(error: f64) {
        let mut x = [-30.0; N];
        x[0] = 0.0;
        // What the other classes have.
        let rest = (N - 1) as f64 * (-30.0_f64).exp();
        let (y, d) = row::<E, N>(x, true);
        assert!((y[0].as_f64() / -rest.ln_1p() - 1.0).abs() < error, "{}: {:?}", N, y[0]);
        assert!((d[0].as_f64() * (1.0 + rest) / rest - 1.0).abs() < error, "{}: {:?}", N, d[0]);
        for (several, log) in [(false, false), (false, true), (true, false), (true, true)] {
            let (mut x, infinity) = ([-1.0; N], f64::INFINITY);
            x[1] = infinity;
            x[N - 1] = if several { infinity } else { -infinity };
            let (y, _) = row::<E, N>(x, log);
            let (sure, never) = if log { (0.0, -infinity) } else { (1.0, 0.0) };
            for (i, y) in y.iter().map(|y| y.as_f64()).enumerate() {
                let right = y == if i == 1 { sure } else { never };
                assert!(if several { y.is_nan() } else { right }, "{i} of {N}: {y}");
            }
            assert!(row::<E, N>([-infinity; N], log).0.iter().all(|y| y.is_nan()));
            x[2] = f64::NAN;
            assert!(row::<E, N>(x, log).0.iter().all(|y| y.is_nan()));
        }
    }

    #[test]
    fn what_is_all_but_certain_keeps_what_is_missing_and_infinities_have_limits() {
        let result = at_each_level(|| {
            check_certain::<f32, 5>(1e-6);
            check_certain::<f32, 37>(1e-6);
            check_certain::<f64, 5>(1e-14);
            check_certain::<f64, 37>(1e-14);
            Ok::<(), ()>(())
        });
        assert_eq!(result, Ok(()));
    }

    #[test]
    fn a_row_of_one_is_certain() {
        let mut y = [3.0_f32, -7.0];
        Softmax.forward(ViewMut::<(Const<1>,), f32>::new(&mut y, 2, 16));
        assert_eq!(y, [1.0, 1.0]);
    }
}
