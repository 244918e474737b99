//! Class indices or probabilities against logits.

use std::ops::Range;

use crate::{
    Batch, BatchView, Const, Element, Shape,
    data::{Labels, LabelsView, StepLabels, StepLabelsView, Steps},
    kernels::{loss::softmax_rows, softmax::below},
    shape::Dimension,
    train::{
        loss::{
            ClassLogits, Criterion, Loss, LossError,
            error::{check_classes, check_each, check_option},
            over_time::{normalizer_of_steps, part_of_steps},
        },
        real_steps::RealSteps,
    },
};

/// C = −1/Z Σₙ Σ_c w_c tₙ_c ln softmax(yₙ)_c, from logits y: `torch.nn.CrossEntropyLoss`.
///
/// Targets for an output `[N]`: [`Labels<N>`](Labels), where t is 1 for the label and else 0, or a [`Batch`] of
/// probabilities t, whose rows sum to 1. The weights w are 1 unless [set](CrossEntropy::class_weights). Z is the sum of the labels' weights, so
/// the number of samples without weights; for probabilities it is the number of samples.
///
/// Targets for sequences of steps `[T, N]`: [`StepLabels<N>`](StepLabels) or a [`Batch`] of probabilities. C is the mean over all real steps
/// in place of samples, padding left out, or [the sum over the steps](CrossEntropy::sum_over_steps).
///
/// Targets for images `[N, H, W]`: [`PixelLabels<N>`](crate::data::PixelLabels). C is the mean over all pixels in place of samples, ignored ones left
/// out; without a pixel that counts it is 0.
///
/// A class that is all but certain keeps its small loss and slope: with logits 30 and 0 they are 9.36·10⁻¹⁴ for the first class in `f32` too. A logit
/// of −∞ rules its class out, and a single one of ∞ makes its class certain: the loss is 0 for it and ∞ for every other class.
/// Several logits of ∞ have no limit and give NaN.
///
/// ```
/// use plumbline::{Batch, Const, data::Labels, train::{CrossEntropy, Criterion}};
/// let logits = Batch::<(Const<3>,)>::zeros(2);
/// let labels = Labels::<3>::new([0, 2])?;
/// let loss = CrossEntropy::new().label_smoothing(0.1).value(&logits, &labels)?;
/// assert!((loss - 3.0_f32.ln()).abs() < 1e-6);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CrossEntropy {
    smoothing: f64,
    /// Empty where all classes weigh 1.
    weights: Vec<f64>,
}

/// The loss without options, as [`CrossEntropy::new`] makes it, so that its bare name will do where no option is set.
///
/// ```
/// use plumbline::train::CrossEntropy;
/// assert_eq!(CrossEntropy, CrossEntropy::new());
/// ```
#[allow(non_upper_case_globals)]
pub const CrossEntropy: CrossEntropy = CrossEntropy::new();

impl CrossEntropy {
    /// The loss without smoothing, all classes of weight 1.
    pub const fn new() -> Self {
        CrossEntropy { smoothing: 0.0, weights: Vec::new() }
    }

    /// Mixes the targets with the uniform distribution: t becomes (1 − ε) t + ε / N, with ε from 0 to 1 (Szegedy et al., 2016).
    #[must_use]
    pub fn label_smoothing(self, epsilon: f64) -> Self {
        CrossEntropy { smoothing: epsilon, ..self }
    }

    /// Sets w, one weight a class, to make up for classes with few samples.
    #[must_use]
    pub fn class_weights(self, weights: impl Into<Vec<f64>>) -> Self {
        CrossEntropy { weights: weights.into(), ..self }
    }

    fn check_options(&self, classes: usize) -> Result<(), LossError> {
        check_classes(classes)?;
        check_option("label_smoothing", "from 0 to 1", self.smoothing, (0.0..=1.0).contains(&self.smoothing))?;
        if !self.weights.is_empty() && self.weights.len() != classes {
            return Err(LossError::Weights { expected: classes, found: self.weights.len() });
        }
        for &weight in &self.weights {
            check_option("class_weights", "finite and not negative", weight, weight >= 0.0 && weight.is_finite())?;
        }
        Ok(())
    }

    fn is_plain(&self) -> bool {
        self.smoothing == 0.0 && self.weights.is_empty()
    }

    fn weight(&self, class: usize) -> f64 {
        self.weights.get(class).copied().unwrap_or(1.0)
    }

    /// A row's loss and gradient from its softmax. With a_c = w_c t_c, A = Σ a_c and L = ln Σ e^y in its two parts,
    /// ℓ = Σ a_c (L − y_c) and, since ∂L/∂y = softmax(y), ∂ℓ/∂y = A softmax(y) − a. `d` comes with `scale` · softmax(y). `largest` and `rest` are
    /// those of [`softmax_rows`]: where y_c is the largest, softmax(y)_c is 1 − rest / (1 + rest).
    fn row<E: Element>(
        &self,
        y: &[E],
        (largest, rest): (E, E),
        t: impl Fn(usize) -> f64,
        scale: f64,
        d: Option<&mut [E]>,
    ) -> f64 {
        let uniform = self.smoothing / y.len() as f64;
        let a = |class| self.weight(class) * ((1.0 - self.smoothing) * t(class) + uniform);
        let log = rest.ln_1p();
        let (mut total, mut value) = (0.0, 0.0);
        for (class, &y) in y.iter().enumerate() {
            let a = a(class);
            total += a;
            // 0 · ∞ would be NaN; a class without weight has no part in the loss.
            if a != 0.0 {
                value += a * (below(largest, y) + log).as_f64();
            }
        }
        let missing = (rest / (E::one() + rest)).as_f64();
        for (class, (d, &y)) in d.into_iter().flatten().zip(y).enumerate() {
            let a = a(class);
            *d = E::from_f64(if y == largest {
                scale * ((total - a) - total * missing)
            } else {
                total * d.as_f64() - scale * a
            });
        }
        value
    }

    /// The loss of rows of logits against rows of targets t(row, class), `d_output` as in [`CrossEntropy::row`].
    fn rows<E: Element>(
        &self,
        classes: usize,
        output: &[E],
        t: impl Fn(usize, usize) -> f64,
        scale: f64,
        d_output: Option<&mut [E]>,
    ) -> f64 {
        let classes = classes.max(1);
        let mut sum = 0.0;
        softmax_rows(output, classes, scale, d_output, |row, largest, rest, d| {
            let y = &output[row * classes..(row + 1) * classes];
            sum += self.row(y, (largest, rest), |class| t(row, class), scale, d);
        });
        sum
    }

    /// Checks the options and the rows of probabilities `runs`, counted over the steps of all samples.
    fn check_rows<S: Shape, E: Element>(
        &self,
        classes: usize,
        target: BatchView<'_, S, E>,
        mut runs: impl Iterator<Item = Range<usize>>,
    ) -> Result<(), LossError> {
        self.check_options(classes)?;
        check_each(target, "probabilities from 0 to 1", |t| t >= E::zero() && t <= E::one())?;
        let (rows, steps) = (target.as_slice(), target.width() / classes.max(1));
        let check = |row: usize| {
            let found: f64 = rows[row * classes..(row + 1) * classes].iter().map(|t| t.as_f64()).sum();
            // What rounding the probabilities to f32 can add up to, and a little more for sums of the user's own.
            let fits = (found - 1.0).abs() <= 1e-4;
            if fits { Ok(()) } else { Err(LossError::Sum { found, sample: row / steps.max(1) }) }
        };
        runs.try_for_each(|mut run| run.try_for_each(check))
    }
}

impl Criterion for CrossEntropy {
    type Takes = ClassLogits;
}

impl<const C: usize, E: Element> Loss<(Const<C>,), Labels<C>, E> for CrossEntropy {
    fn part(&self, output: &[E], target: LabelsView<'_, C>, scale: f64, d_output: Option<&mut [E]>) -> f64 {
        let labels = target.as_slice();
        if !self.is_plain() {
            let t = |row: usize, class: usize| f64::from(u8::from(class == labels[row] as usize));
            return scale * self.rows(C, output, t, scale, d_output);
        }
        let mut sum = 0.0;
        let factor = E::from_f64(scale);
        softmax_rows(output, C, scale, d_output, |row, largest, rest, d| {
            let label = labels[row] as usize;
            let y = output[row * C + label];
            sum += (below(largest, y) + rest.ln_1p()).as_f64();
            if let Some(d) = d {
                // softmax(y) − 1, which would be 0 where the softmax rounds to 1.
                d[label] = if y == largest { -factor * (rest / (E::one() + rest)) } else { d[label] - factor };
            }
        });
        scale * sum
    }

    fn normalizer(&self, target: LabelsView<'_, C>, samples: usize) -> f64 {
        if self.weights.is_empty() { samples as f64 } else { target.iter().map(|label| self.weight(label)).sum() }
    }

    fn check(&self, _: LabelsView<'_, C>) -> Result<(), LossError> {
        self.check_options(C)
    }
}

impl<T: Dimension, const C: usize, E: Element> Loss<(T, Const<C>), StepLabels<C>, E> for CrossEntropy {
    fn part(&self, output: &[E], target: StepLabelsView<'_, C>, scale: f64, d_output: Option<&mut [E]>) -> f64 {
        part_of_steps(self, output, target, scale, d_output)
    }

    fn normalizer(&self, target: StepLabelsView<'_, C>, _: usize) -> f64 {
        normalizer_of_steps::<C, E>(self, target)
    }

    fn check(&self, _: StepLabelsView<'_, C>) -> Result<(), LossError> {
        self.check_options(C)
    }
}

impl<const C: usize, E: Element> Loss<(Const<C>,), Batch<(Const<C>,), E>, E> for CrossEntropy {
    fn part(&self, output: &[E], target: BatchView<'_, (Const<C>,), E>, scale: f64, d_output: Option<&mut [E]>) -> f64 {
        let t = target.as_slice();
        scale * self.rows(C, output, |row, class| t[row * C + class].as_f64(), scale, d_output)
    }

    fn check(&self, target: BatchView<'_, (Const<C>,), E>) -> Result<(), LossError> {
        self.check_rows(C, target, std::iter::once(0..target.samples()))
    }
}

impl<T: Dimension, const C: usize, E: Element> Loss<(T, Const<C>), Batch<(T, Const<C>), E>, E> for CrossEntropy {
    fn part(
        &self,
        output: &[E],
        target: BatchView<'_, (T, Const<C>), E>,
        scale: f64,
        d_output: Option<&mut [E]>,
    ) -> f64 {
        let t = target.as_slice();
        let rows = |run: Range<usize>, y: &[E], d: Option<&mut [E]>| {
            let t = &t[run.start * C..];
            self.rows(C, y, |row, class| t[row * C + class].as_f64(), scale, d)
        };
        scale * RealSteps::of(&target).sum(C, output, d_output, rows)
    }

    fn normalizer(&self, target: BatchView<'_, (T, Const<C>), E>, _: usize) -> f64 {
        Batch::real_steps(target) as f64
    }

    fn check(&self, target: BatchView<'_, (T, Const<C>), E>) -> Result<(), LossError> {
        self.check_rows(C, target, RealSteps::of(&target).runs())
    }
}
