//! The part of a variance that is explained.

use std::borrow::Cow;

use crate::{
    Batch, BatchView, Element, Shape,
    train::{
        metric::Metric,
        real_steps::{RealSteps, step_of},
    },
};

/// R² = 1 − Σ (t − y)² / Σ (t − t̄)² for each element of the output, and the mean over the elements; of sequences, over those of real steps. An element whose targets are all equal
/// counts as 1 where it is met and else as 0.
///
/// Targets: a [`Batch`] of the output's shape.
///
/// ```
/// use plumbline::{Batch, Const, train::{Metric, RSquared}};
/// let targets = Batch::<(Const<1>,)>::from_vec(vec![1.0, 2.0, 3.0])?;
/// assert_eq!(RSquared.measure(&targets, &targets)?, 1.0);
/// assert_eq!(RSquared.measure(&Batch::from_vec(vec![2.0; 3])?, &targets)?, 0.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RSquared;

impl RSquared {
    /// The metric: the same as its bare name.
    pub const fn new() -> Self {
        RSquared
    }
}

/// The sums behind [`RSquared`], for each element of the output.
///
/// ```
/// use plumbline::train::metric::Moments;
/// assert!(Moments::default().r_squared().is_nan());
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Moments {
    elements: Vec<Sums>,
}

/// Sums of one element.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Sums {
    /// The samples that have it: in sequences of different lengths, not all.
    samples: u64,
    /// t̄ so far.
    mean: f64,
    /// Σ (t − t̄)² so far.
    total: f64,
    /// Σ (t − y)².
    residual: f64,
}

impl Moments {
    /// R²; NaN without samples.
    pub fn r_squared(&self) -> f64 {
        let (mut sum, mut elements) = (0.0, 0);
        for element in self.elements.iter().filter(|element| element.samples > 0) {
            elements += 1;
            sum += match element {
                Sums { total, residual, .. } if *total > 0.0 => 1.0 - residual / total,
                Sums { residual, .. } if *residual == 0.0 => 1.0,
                _ => 0.0,
            };
        }
        sum / f64::from(elements)
    }
}

impl<Out: Shape, E: Element> Metric<Out, Batch<Out, E>, E> for RSquared {
    type Tally = Moments;

    fn name(&self) -> Cow<'static, str> {
        Cow::Borrowed("R²")
    }

    fn add(&self, tally: &mut Moments, output: &[E], target: BatchView<'_, Out, E>) {
        let width = target.width().max(1);
        if tally.elements.len() < width {
            tally.elements.resize(width, Sums::default());
        }
        let step = step_of(&target);
        for (run, y) in RealSteps::of(&target).outputs(step, output) {
            let t = &target.as_slice()[run.start * step..run.end * step];
            for (index, (y, t)) in y.iter().zip(t).enumerate() {
                let element = &mut tally.elements[(run.start * step + index) % width];
                // Welford's recurrence, which does not cancel.
                let (y, t) = (y.as_f64(), t.as_f64());
                element.samples += 1;
                let before = t - element.mean;
                element.mean += before / element.samples as f64;
                element.total += before * (t - element.mean);
                element.residual += (t - y) * (t - y);
            }
        }
    }

    fn value(&self, tally: &Moments) -> f64 {
        tally.r_squared()
    }
}
