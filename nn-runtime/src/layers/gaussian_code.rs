//! A code that is a normal distribution: what a variational autoencoder draws, and how far it is from the standard one.

use crate::{
    Const, Element, Shape,
    kernels::noise::normal,
    network::{Random, View, ViewMut},
};

/// Calls `f` with the place of each number of a value, and its index in the batch, where `first` is the index of the value's first sample.
#[inline(always)]
fn each<S: Shape, E: Element>(value: &View<'_, S, E>, first: usize, mut f: impl FnMut(usize, u64)) {
    let (width, lanes) = (value.width(), if S::INTERLEAVED { value.lanes() } else { 1 });
    let first = (first * width) as u64;
    for place in 0..value.data().len() {
        let index = if lanes == 1 { place } else { place % lanes * width + place / lanes };
        f(place, first + index as u64);
    }
}

/// z = μ + σ ε with σ = exp(½ log σ²) and an independent standard normal ε for each element: a draw from N(μ, σ²) that has a gradient with respect to
/// both (Kingma and Welling, Auto-encoding variational Bayes, 2014). In training; inference takes μ.
///
/// The ε of a sample depend on the random stream and on the sample's index in the batch alone, so the backward pass draws them again, and no number of
/// parts or threads changes them. `first` is the index in the batch of the first sample.
///
/// log σ² = −∞ gives z = μ. From log σ² ≈ 177 in `f32`, and 1419 in `f64`, σ is infinite, and z is ±∞ or NaN: nothing is cut off, so that a loss says so.
///
/// ```
/// use plumbline::{Const, layers::sample, network::abi::{Random, View, ViewMut}};
/// type S = (Const<10_000>,);
/// let (mean, log_variance, mut z) = ([2.0; 10_000], [0.09_f64.ln(); 10_000], [0.0; 10_000]);
/// let view = |x| View::<S, f64>::new(x, 1, 1);
/// sample(view(&mean), view(&log_variance), ViewMut::new(&mut z, 1, 1), Random::new(42, 1), 0);
/// let sd = (z.iter().map(|z| (z - 2.0).powi(2)).sum::<f64>() / 1e4).sqrt();
/// assert!((sd - 0.3).abs() < 0.01);
/// ```
#[inline(always)]
pub fn sample<S: Shape, E: Element>(
    mean: View<'_, S, E>,
    log_variance: View<'_, S, E>,
    mut z: ViewMut<'_, S, E>,
    random: Random,
    first: usize,
) {
    let (mean_of, log_of, z) = (mean.data(), log_variance.data(), z.data_mut());
    each(&mean, first, |place, index| {
        let sd = (0.5 * log_of[place].as_f64()).exp();
        z[place] = mean_of[place] + E::from_f64(sd * normal(random, index));
    });
}

/// d log σ² = d_z · ½ σ ε, with the draws of the forward pass; d μ = d_z needs no call. Where d_z is 0 it is 0, for an infinite σ too.
///
/// ```
/// use plumbline::{Const, layers::{sample, sample_backward}, network::abi::{Random, View, ViewMut}};
/// type S = (Const<1>,);
/// let (random, view) = (Random::new(42, 1), |x| View::<S, f64>::new(x, 1, 1));
/// let (mut z, mut d) = ([0.0], [0.0]);
/// sample(view(&[0.0]), view(&[0.0]), ViewMut::new(&mut z, 1, 1), random, 0);
/// sample_backward(view(&[0.0]), view(&[1.0]), ViewMut::new(&mut d, 1, 1), random, 0);
/// assert_eq!(d[0], z[0] / 2.0);
/// ```
#[inline(always)]
pub fn sample_backward<S: Shape, E: Element>(
    log_variance: View<'_, S, E>,
    d_z: View<'_, S, E>,
    mut d_log_variance: ViewMut<'_, S, E>,
    random: Random,
    first: usize,
) {
    let (log_of, d_z, d_log) = (log_variance.data(), d_z.data(), d_log_variance.data_mut());
    each(&log_variance, first, |place, index| {
        let d = d_z[place].as_f64();
        let slope = || 0.5 * (0.5 * log_of[place].as_f64()).exp() * normal(random, index);
        d_log[place] = if d == 0.0 { E::zero() } else { E::from_f64(d * slope()) };
    });
}

/// KL(N(μ, σ²) ‖ N(0, 1)) = −½ Σ (1 + log σ² − μ² − σ²), in nats, summed over the elements of each sample: 0 for μ = 0 and log σ² = 0, and never less. An
/// element of μ = 0 and log σ² = 0, as padding has, adds nothing.
///
/// ```
/// use plumbline::{Const, layers::gaussian_kl, network::abi::{View, ViewMut}};
/// let mut y = [0.0; 2];
/// let view = |x| View::<(Const<2>,), f64>::new(x, 2, 16);
/// gaussian_kl(view(&[0.0, 0.0, 1.0, 2.0]), view(&[0.0; 4]), ViewMut::new(&mut y, 2, 16));
/// assert_eq!(y, [0.0, 2.5]);
/// ```
#[inline(always)]
pub fn gaussian_kl<S: Shape, E: Element>(
    mean: View<'_, S, E>,
    log_variance: View<'_, S, E>,
    mut y: ViewMut<'_, (Const<1>,), E>,
) {
    let (width, lanes) = (mean.width(), mean.lanes());
    for (sample, y) in y.data_mut().iter_mut().enumerate() {
        let mut sum = 0.0;
        for element in 0..width {
            let place = if S::INTERLEAVED { element * lanes + sample } else { sample * width + element };
            let (mean, log) = (mean.data()[place].as_f64(), log_variance.data()[place].as_f64());
            // σ² − 1 − log σ² by way of σ² − 1, which keeps its digits where σ² is near 1.
            sum += 0.5 * (mean * mean + (log.exp_m1() - log));
        }
        *y = E::from_f64(sum);
    }
}

/// Writes `slope` of each element, times the gradient of its sample.
#[inline(always)]
fn by_sample<S: Shape, E: Element>(
    x: View<'_, S, E>,
    d_y: View<'_, (Const<1>,), E>,
    mut d_x: ViewMut<'_, S, E>,
    slope: impl Fn(f64) -> f64,
) {
    let (width, lanes, samples) = (x.width().max(1), x.lanes().max(1), x.samples());
    for (place, (d_x, &x)) in d_x.data_mut().iter_mut().zip(x.data()).enumerate() {
        let sample = if S::INTERLEAVED { place % lanes } else { place / width };
        // An image has room for more samples than there are.
        let d = if sample < samples { d_y.data()[sample].as_f64() } else { 0.0 };
        *d_x = if d == 0.0 { E::zero() } else { E::from_f64(d * slope(x.as_f64())) };
    }
}

/// d μ = d_y · μ: the gradient of [`gaussian_kl`].
///
/// ```
/// use plumbline::{Const, layers::gaussian_kl_mean_backward, network::abi::{View, ViewMut}};
/// let mut d = [0.0];
/// let view = |x| View::<(Const<1>,), f64>::new(x, 1, 1);
/// gaussian_kl_mean_backward(view(&[3.0]), view(&[2.0]), ViewMut::new(&mut d, 1, 1));
/// assert_eq!(d, [6.0]);
/// ```
#[inline(always)]
pub fn gaussian_kl_mean_backward<S: Shape, E: Element>(
    mean: View<'_, S, E>,
    d_y: View<'_, (Const<1>,), E>,
    d_mean: ViewMut<'_, S, E>,
) {
    by_sample(mean, d_y, d_mean, |mean| mean);
}

/// d log σ² = d_y · ½ (σ² − 1): the gradient of [`gaussian_kl`].
///
/// ```
/// use plumbline::{Const, layers::gaussian_kl_log_variance_backward, network::abi::{View, ViewMut}};
/// let mut d = [0.0];
/// let view = |x| View::<(Const<1>,), f64>::new(x, 1, 1);
/// gaussian_kl_log_variance_backward(view(&[3.0_f64.ln()]), view(&[2.0]), ViewMut::new(&mut d, 1, 1));
/// assert!((d[0] - 2.0).abs() < 1e-12);
/// ```
#[inline(always)]
pub fn gaussian_kl_log_variance_backward<S: Shape, E: Element>(
    log_variance: View<'_, S, E>,
    d_y: View<'_, (Const<1>,), E>,
    d_log_variance: ViewMut<'_, S, E>,
) {
    by_sample(log_variance, d_y, d_log_variance, |log| 0.5 * log.exp_m1());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::testing::{assert_close, differences, values};

    type Row = (Const<6>,);
    type Image = (Const<3>, Const<1>, Const<2>);
    const SAMPLES: usize = 3;

    fn draw(mean: &[f64], log: &[f64], first: usize) -> Vec<f64> {
        let (samples, mut z) = (mean.len() / 6, vec![f64::NAN; mean.len()]);
        let view = |x| View::<Row, f64>::new(x, samples, 16);
        sample(view(mean), view(log), ViewMut::new(&mut z, samples, 16), Random::new(7, 3), first);
        z
    }

    #[test]
    fn the_gradient_of_a_draw_agrees_with_differences_of_the_same_draw() {
        let (mean, log, d): (Vec<f64>, Vec<f64>, Vec<f64>) = (values(18, 1), values(18, 2), values(18, 3));
        let mut d_log = vec![f64::NAN; 18];
        let view = |x| View::<Row, f64>::new(x, SAMPLES, 16);
        sample_backward(view(&log), view(&d), ViewMut::new(&mut d_log, SAMPLES, 16), Random::new(7, 3), 0);
        assert_close(&d_log, &differences(&log, &d, |log| draw(&mean, log, 0)), 1e-8);
        assert_close(&d, &differences(&mean, &d, |mean| draw(mean, &log, 0)), 1e-8);
    }

    #[test]
    fn a_draw_is_that_of_the_sample_whatever_the_part_or_layout() {
        let (mean, log): (Vec<f64>, Vec<f64>) = (values(18, 1), values(18, 2));
        let whole = draw(&mean, &log, 5);
        assert_eq!(draw(&mean[6..], &log[6..], 6), whole[6..]);
        // Element e of sample s at e · 16 + s.
        let image = |row: &[f64]| {
            let place = |i: usize| row.get(i % 16 * 6 + i / 16).copied().unwrap_or(0.0);
            (0..96).map(place).collect::<Vec<f64>>()
        };
        let (mean, log, mut z) = (image(&mean), image(&log), vec![f64::NAN; 96]);
        let view = |x| View::<Image, f64>::new(x, SAMPLES, 16);
        sample(view(&mean), view(&log), ViewMut::new(&mut z, SAMPLES, 16), Random::new(7, 3), 5);
        for (place, &z) in whole.iter().enumerate() {
            assert_eq!(image(&whole)[place % 6 * 16 + place / 6], z);
        }
        assert!((0..18).all(|place| z[place % 6 * 16 + place / 6] == whole[place]));

        let (mut rows, mut images) = ([0.0; SAMPLES], [0.0; SAMPLES]);
        let (row_mean, row_log): (Vec<f64>, Vec<f64>) = (values(18, 1), values(18, 2));
        let row = |x| View::<Row, f64>::new(x, SAMPLES, 16);
        gaussian_kl(row(&row_mean), row(&row_log), ViewMut::new(&mut rows, SAMPLES, 16));
        gaussian_kl(view(&mean), view(&log), ViewMut::new(&mut images, SAMPLES, 16));
        assert_eq!(rows, images);
        let (d_y, mut d_x) = ([1.0, 2.0, 3.0], vec![f64::NAN; 96]);
        let d_y = View::new(&d_y, SAMPLES, 16);
        gaussian_kl_mean_backward(view(&mean), d_y, ViewMut::new(&mut d_x, SAMPLES, 16));
        let expected = |place: usize| (1.0 + (place / 6) as f64) * row_mean[place];
        assert!((0..18).all(|place| d_x[place % 6 * 16 + place / 6] == expected(place)));
    }

    #[test]
    fn a_variance_of_nothing_draws_the_mean_and_an_infinite_one_is_seen() {
        let mean: Vec<f64> = values(6, 1);
        assert_eq!(draw(&mean, &[f64::NEG_INFINITY; 6], 0), mean);
        assert!(draw(&mean, &[f64::INFINITY; 6], 0).iter().all(|z| z.is_infinite()));
        assert!(draw(&mean, &[1500.0; 6], 0).iter().all(|z| z.is_infinite()));
        assert!(draw(&mean, &[f64::NAN; 6], 0).iter().all(|z| z.is_nan()));
        let mut d = [f64::NAN; 6];
        let view = |x| View::<Row, f64>::new(x, 1, 1);
        sample_backward(view(&[f64::INFINITY; 6]), view(&[0.0; 6]), ViewMut::new(&mut d, 1, 1), Random::new(7, 3), 0);
        assert_eq!(d, [0.0; 6]);
    }

    #[test]
    fn the_divergence_keeps_its_digits_near_zero_and_its_gradient_agrees_with_differences() {
        let (mean, log, d): (Vec<f64>, Vec<f64>, Vec<f64>) = (values(18, 1), values(18, 2), values(SAMPLES, 3));
        fn view(x: &[f64]) -> View<'_, Row, f64> {
            View::new(x, SAMPLES, 16)
        }
        let kl = |mean: &[f64], log: &[f64]| {
            let mut y = vec![f64::NAN; SAMPLES];
            gaussian_kl(view(mean), view(log), ViewMut::new(&mut y, SAMPLES, 16));
            y
        };
        let d_y = View::new(&d, SAMPLES, 16);
        let mut d_x = vec![f64::NAN; 18];
        gaussian_kl_mean_backward(view(&mean), d_y, ViewMut::new(&mut d_x, SAMPLES, 16));
        assert_close(&d_x, &differences(&mean, &d, |mean| kl(mean, &log)), 1e-8);
        gaussian_kl_log_variance_backward(view(&log), d_y, ViewMut::new(&mut d_x, SAMPLES, 16));
        assert_close(&d_x, &differences(&log, &d, |log| kl(&mean, log)), 1e-8);
        // ½ (eˣ − 1 − x) ≈ ¼ x².
        let small = kl(&[0.0; 18], &[1e-6; 18])[0];
        assert!((small / (6.0 * 0.25e-12) - 1.0).abs() < 1e-3, "{small}");
    }
}
