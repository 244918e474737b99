//! Contrastive divergence for any model with a log-density up to a constant.

use crate::{
    Element,
    samplers::{Draws, SamplerError, chains::count},
};

/// A model p(x; θ) = f(x; θ) / Z(θ) whose sum Z need not be known: ∂ ln f / ∂θ can be calculated, and some sampler leaves p as it is.
///
/// Samples lie in rows of [`Unnormalized::width`] numbers. [`GaussianMean`] is one to read.
pub trait Unnormalized<E: Element> {
    /// The numbers of a sample.
    fn width(&self) -> usize;

    /// The numbers in θ.
    fn parameters(&self) -> usize;

    /// Adds `scale` · Σ ∂ ln f(x; θ) / ∂θ over the samples to `gradient`.
    fn add_gradient(&self, samples: &[E], scale: E, gradient: &mut [E]);

    /// One step of a Markov chain with the stationary distribution p, in each sample.
    fn step(&self, samples: &mut [E], draws: Draws);
}

/// Writes an estimate of the gradient of the negative mean log-likelihood over `gradient`:
/// ∂/∂θ (−1/N Σ ln p(xᵢ; θ)) = ⟨∂ ln f / ∂θ⟩ₚ − 1/N Σ ∂ ln f(xᵢ; θ) / ∂θ, where the mean over p is that over chains which start at the data
/// and make `steps` steps: CD-k (Hinton, 2002; the notes derive it under "contrastive divergence").
///
/// `negative` becomes the ends of the chains; it is made as long as `data`, and allocates nothing where it has been before.
///
/// ```
/// use plumbline::samplers::{Draws, GaussianMean, contrastive_divergence};
/// let data: Vec<f64> = (0..10_000).map(|i| 3.0 + f64::from(i % 3 - 1)).collect();
/// let mut model = GaussianMean { mean: 0.0, precision: 4.0 };
/// let (mut negative, mut gradient) = (Vec::new(), [0.0]);
/// for step in 0..200 {
///     contrastive_divergence(&model, &data, 1, Draws::new(1, step), &mut negative, &mut gradient)?;
///     model.mean -= 0.02 * gradient[0]; // the gradient is τ (μ − mean of the data), but for noise
/// }
/// assert!((model.mean - 3.0).abs() < 0.01);
/// # Ok::<(), plumbline::samplers::SamplerError>(())
/// ```
///
/// # Errors
///
/// [`SamplerError::Length`] where `data` ends inside a sample; [`SamplerError::Draws`] for none; [`SamplerError::Size`] for a gradient of another
/// size than θ; [`SamplerError::Steps`] for no steps, by which every gradient is 0; [`SamplerError::NotFinite`] for data, or a gradient that comes of
/// them, with a number that is infinite or NaN.
pub fn contrastive_divergence<E: Element>(
    model: &impl Unnormalized<E>,
    data: &[E],
    steps: usize,
    draws: Draws,
    negative: &mut Vec<E>,
    gradient: &mut [E],
) -> Result<(), SamplerError> {
    let samples = count(data.len(), model.width())?;
    if samples == 0 {
        return Err(SamplerError::Draws { expected: 1, found: 0 });
    }
    if gradient.len() != model.parameters() {
        return Err(SamplerError::Size { what: "a gradient", expected: model.parameters(), found: gradient.len() });
    }
    if steps == 0 {
        return Err(SamplerError::Steps { expected: 1, found: 0 });
    }
    check_finite("data", data)?;
    negative.clear();
    negative.extend_from_slice(data);
    for step in 0..steps {
        model.step(negative, draws.of_block(step as u64));
    }
    let scale = E::from_f64(1.0 / samples as f64);
    gradient.fill(E::zero());
    model.add_gradient(negative, scale, gradient);
    model.add_gradient(data, -scale, gradient);
    check_finite("a gradient", gradient)
}

fn check_finite<E: Element>(what: &'static str, numbers: &[E]) -> Result<(), SamplerError> {
    match numbers.iter().position(|x| !x.is_finite()) {
        Some(place) => Err(SamplerError::NotFinite { what, found: numbers[place].as_f64(), place }),
        None => Ok(()),
    }
}

/// A normal distribution whose mean μ is learned and whose precision τ is known: ln f = −τ/2 (x − μ)². The worked case of the notes: the gradient
/// of the negative mean log-likelihood is τ (μ − mean of the data).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GaussianMean {
    /// μ
    pub mean: f64,
    /// τ, above 0.
    pub precision: f64,
}

impl GaussianMean {
    /// τ (μ − mean of the data), which contrastive divergence estimates.
    pub fn exact_gradient<E: Element>(&self, data: &[E]) -> f64 {
        self.precision * (self.mean - data.iter().map(|x| x.as_f64()).sum::<f64>() / data.len() as f64)
    }
}

impl<E: Element> Unnormalized<E> for GaussianMean {
    fn width(&self) -> usize {
        1
    }

    fn parameters(&self) -> usize {
        1
    }

    /// ∂ ln f / ∂μ = τ (x − μ)
    fn add_gradient(&self, samples: &[E], scale: E, gradient: &mut [E]) {
        let sum: f64 = samples.iter().map(|x| self.precision * (x.as_f64() - self.mean)).sum();
        gradient[0] += scale * E::from_f64(sum);
    }

    /// A sample of p itself.
    fn step(&self, samples: &mut [E], draws: Draws) {
        samples.fill(E::from_f64(self.mean));
        draws.add_normal(samples, 1, self.precision.powf(-0.5));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::testing::values;

    #[test]
    fn the_gradient_of_a_gaussians_mean_is_that_of_the_notes() {
        let data = values::<f64>(4000, 1);
        let model = GaussianMean { mean: 0.7, precision: 2.5 };
        let (mut negative, mut gradient, mut sum) = (Vec::new(), [f64::NAN], 0.0);
        for step in 0..100 {
            contrastive_divergence(&model, &data, 1, Draws::new(3, step), &mut negative, &mut gradient).unwrap();
            sum += gradient[0];
        }
        // Each estimate is off by τ times the mean of 4000 normal numbers with the deviation 1/√τ; five deviations of the mean of 100.
        let bound = 5.0 * 2.5_f64.sqrt() / (4000.0_f64 * 100.0).sqrt();
        let exact = model.exact_gradient(&data);
        assert!((sum / 100.0 - exact).abs() < bound, "{}, expected {exact}", sum / 100.0);
    }

    #[test]
    fn what_teaches_nothing_is_an_error() {
        let try_with = |precision: f64, data: &[f32], steps| {
            let (model, mut gradient) = (GaussianMean { mean: 0.7, precision }, [1.5]);
            contrastive_divergence(&model, data, steps, Draws::new(1, 1), &mut Vec::new(), &mut gradient)
        };
        assert_eq!(try_with(2.5, &[1.0], 1), Ok(()));
        assert_eq!(try_with(2.5, &[1.0], 0), Err(SamplerError::Steps { expected: 1, found: 0 }));
        let error = try_with(2.5, &[1.0, f32::INFINITY], 1).unwrap_err();
        assert_eq!(error.to_string(), "expected finite numbers in data, found inf at place 1");
        for precision in [f64::NAN, f64::INFINITY] {
            let error = try_with(precision, &[1.0], 1).unwrap_err();
            assert!(matches!(error, SamplerError::NotFinite { what: "a gradient", place: 0, .. }), "{error}");
        }
    }

    #[test]
    fn no_data_and_wrong_sizes_are_errors() {
        let model = GaussianMean { mean: 0.0, precision: 1.0 };
        let try_with = |data: &[f64], gradient: &mut [f64]| {
            contrastive_divergence(&model, data, 1, Draws::new(1, 1), &mut Vec::new(), gradient)
        };
        assert_eq!(try_with(&[], &mut [0.0]), Err(SamplerError::Draws { expected: 1, found: 0 }));
        let error = try_with(&[1.0], &mut [0.0; 2]).unwrap_err();
        assert_eq!(error.to_string(), "expected 1 numbers of a gradient, found 2");
    }
}
