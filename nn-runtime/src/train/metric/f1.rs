//! Precision and recall in one number.

use std::borrow::Cow;

use crate::train::metric::Confusion;

/// F₁ = 2 TP / (2 TP + FP + FN): the harmonic mean of precision and recall, over all classes or of one, as scikit-learn's `f1_score`.
///
/// The prediction is [`Accuracy`](crate::train::Accuracy)'s; a sample with NaN among its outputs is taken for no class. Before the first sample, and for a
/// [single class](F1::of) that no sample is of or taken for, the value is NaN.
///
/// Targets: [`Labels<N>`](crate::data::Labels) for an output `[N]`; for `[1]` [`Labels<2>`](crate::data::Labels) or a [`Batch`](crate::Batch) of the output's shape, whose
/// numbers above ½ say class 1. For the steps of a sequence `[T, N]` [`StepLabels<N>`](crate::data::StepLabels), for the pixels of an image
/// `[N, H, W]` [`PixelLabels<N>`](crate::data::PixelLabels); for `[T, 1]` and `[1, H, W]` a [`Batch`](crate::Batch).
///
/// ```
/// use plumbline::{Batch, Const, data::Labels, train::{F1, Metric}};
/// let outputs = Batch::<(Const<2>,)>::from_vec(vec![0.1, 0.9, 0.8, 0.2, 0.7, 0.3, 0.2, 0.8])?;
/// let labels = Labels::<2>::new([1, 1, 0, 1])?;
/// assert_eq!(F1::of(1).measure(&outputs, &labels)?, 0.8);
/// assert_eq!(F1::macro_average().measure(&outputs, &labels)?, (0.8 + 2.0 / 3.0) / 2.0);
/// assert_eq!(F1::micro_average().measure(&outputs, &labels)?, 0.75);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct F1 {
    average: Average,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Average {
    Macro,
    Micro,
    Of(usize),
}

impl F1 {
    /// The mean of the classes' F₁, each of equal weight, whatever its size. A class that no sample is of or taken for is left out.
    pub fn macro_average() -> Self {
        F1 { average: Average::Macro }
    }

    /// F₁ of the sums of all classes' TP, FP and FN. Where each sample is taken for a class, it is the accuracy.
    pub fn micro_average() -> Self {
        F1 { average: Average::Micro }
    }

    /// F₁ of one class: for yes or no, that of class 1.
    pub fn of(class: usize) -> Self {
        F1 { average: Average::Of(class) }
    }

    pub(super) fn title(self) -> Cow<'static, str> {
        match self.average {
            Average::Macro => Cow::Borrowed("macro F1"),
            Average::Micro => Cow::Borrowed("micro F1"),
            Average::Of(class) => Cow::Owned(format!("F1 of class {class}")),
        }
    }

    pub(super) fn of_tally<const C: usize>(self, tally: &Confusion<C>) -> f64 {
        match self.average {
            Average::Macro => tally.mean(Confusion::f1),
            Average::Of(class) => tally.f1(class).unwrap_or(f64::NAN),
            Average::Micro => {
                let mut sums = [0_u64; 3];
                for class in 0..C {
                    for (sum, count) in sums.iter_mut().zip(tally.outcomes(class)) {
                        *sum += count;
                    }
                }
                let [hits, false_positives, false_negatives] = sums;
                2.0 * hits as f64 / (2 * hits + false_positives + false_negatives) as f64
            }
        }
    }

    pub(super) fn report_of<const C: usize>(self, tally: &Confusion<C>) -> String {
        tally.lines("F1", Confusion::f1)
    }
}
