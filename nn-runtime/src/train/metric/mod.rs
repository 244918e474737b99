//! How good a network is, in numbers for people.

mod accuracy;
mod binary;
mod confusion;
mod f1;
mod iou;
mod list;
mod mean_absolute_error;
mod of_confusion;
mod over_pixels;
mod over_time;
mod r_squared;
mod roc_auc;
#[cfg(test)]
mod scikit_learn;
#[cfg(test)]
mod tests;
mod top_k;

pub use accuracy::Accuracy;
pub use confusion::{Confusion, ConfusionMatrix};
pub use f1::F1;
pub use iou::Iou;
pub use list::{MetricValue, Metrics, OnOutput};
pub use mean_absolute_error::{Distances, MeanAbsoluteError};
pub use r_squared::{Moments, RSquared};
pub use roc_auc::{RocAuc, Scores};
pub use top_k::TopK;

use std::{borrow::Cow, fmt::Debug, ops::Deref};

use crate::{
    Batch, Element, Shape,
    data::{AsTarget, Target},
    network::OutputLengths,
    train::{LossError, loss::check_fit},
};

/// A number that compares outputs of shape `Out` with targets `T`, over any number of batches.
///
/// ```
/// use plumbline::{Batch, Const, data::Labels, train::{Accuracy, Metric}};
/// let logits = Batch::<(Const<2>,)>::from_vec(vec![0.1, 0.9, 0.8, 0.2])?;
/// assert_eq!(Accuracy.measure(&logits, &Labels::<2>::new([1, 1])?)?, 0.5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "the metric `{Self}` cannot compare an output of shape `{Out}` with targets `{T}`",
    label = "the targets do not fit the output",
    note = "metrics of classes take `Labels<N>` for an output `[N]`, `StepLabels<N>` for a sequence `[T, N]` and `PixelLabels<N>` for an image \
            `[N, H, W]`; R² and the mean absolute error take a `Batch` of the output's shape",
    note = "a metric of one of several outputs is added by `metric_on`: `.metric_on::<0, _>(Accuracy)`"
)]
pub trait Metric<Out, T: Target, E: Element>: Debug + Send + Sync {
    /// What is counted or added up.
    type Tally: Default + Debug + Send;

    /// The name in histories and displays.
    fn name(&self) -> Cow<'static, str>;

    /// Takes in some samples. After the first batch it does not allocate, unless the metric needs all samples at once, as [`RocAuc`](struct@RocAuc) does.
    fn add(&self, tally: &mut Self::Tally, output: &[E], target: T::View<'_>);

    /// As [`Metric::add`], for outputs that are probabilities since the network ends in `sigmoid`, as the trainer knows. A metric that takes a single
    /// output above 0 for class 1 takes one above ½ for it here; any other need not have this.
    fn add_probabilities(&self, tally: &mut Self::Tally, output: &[E], target: T::View<'_>) {
        self.add(tally, output, target);
    }

    /// The number, over all samples taken in; NaN before the first.
    fn value(&self, tally: &Self::Tally) -> f64;

    /// More than one number, for people, where the metric has more.
    fn report(&self, tally: &Self::Tally) -> Option<String> {
        let _ = tally;
        None
    }

    /// The tally over one batch.
    ///
    /// # Errors
    ///
    /// [`LossError::Samples`] for unequal numbers of samples, [`LossError::Empty`] for none, [`LossError::Width`] and
    /// [`LossError::Lengths`] for sequences of targets that are not those of the outputs.
    fn tally<D, A>(&self, output: &Batch<Out, E, D>, target: &A) -> Result<Self::Tally, LossError>
    where
        D: Deref<Target = [E]>,
        A: AsTarget<Owned = T>,
        Out: Shape,
        Self: Sized,
    {
        let (expected, found) = (output.samples(), target.target_samples());
        match found {
            _ if expected != found => return Err(LossError::Samples { expected, found }),
            0 => return Err(LossError::Empty),
            _ => {}
        }
        check_fit(0, output.width(), OutputLengths::same(output.lengths()), target)?;
        let mut tally = Self::Tally::default();
        self.add(&mut tally, output.as_slice(), target.target_view());
        Ok(tally)
    }

    /// The number over one batch.
    ///
    /// # Errors
    ///
    /// As [`Metric::tally`].
    fn measure<D, A>(&self, output: &Batch<Out, E, D>, target: &A) -> Result<f64, LossError>
    where
        D: Deref<Target = [E]>,
        A: AsTarget<Owned = T>,
        Out: Shape,
        Self: Sized,
    {
        Ok(self.value(&self.tally(output, target)?))
    }
}

/// A [`Metric`] of labelled samples that is one of the steps of sequences and of the pixels of images as well: each real step, and each pixel that is
/// not ignored, is a sample.
///
/// ```
/// use std::borrow::Cow;
/// use plumbline::{Batch, Const, Free, data::{Labels, LabelsView, StepLabels}, train::{Metric, PerSample}};
///
/// /// The mean output of the right class.
/// #[derive(Debug)]
/// struct OwnOutput;
///
/// impl<const C: usize> Metric<(Const<C>,), Labels<C>, f32> for OwnOutput {
///     type Tally = (f32, f32);
///     fn name(&self) -> Cow<'static, str> { "own output".into() }
///     fn add(&self, tally: &mut (f32, f32), output: &[f32], target: LabelsView<'_, C>) {
///         for (row, label) in output.chunks_exact(C).zip(target.iter()) {
///             *tally = (tally.0 + row[label], tally.1 + 1.0);
///         }
///     }
///     fn value(&self, tally: &(f32, f32)) -> f64 { f64::from(tally.0 / tally.1) }
/// }
///
/// impl PerSample for OwnOutput {}
///
/// let outputs = Batch::<(Free, Const<2>)>::padded([&[1.0, 2.0, 3.0, 4.0][..], &[5.0, 6.0]])?;
/// assert_eq!(OwnOutput.measure(&outputs, &StepLabels::<2>::padded([&[0, 0][..], &[0]])?)?, 3.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
// A trait that says so keeps the methods of `Metric` away from types that are no metrics: an impl for all types would offer them its `name`.
pub trait PerSample: Debug + Send + Sync {}

/// A count of hits among samples: the tally of [`Accuracy`] and [`TopK`].
///
/// ```
/// use plumbline::train::metric::Hits;
/// assert_eq!(Hits { hits: 3, samples: 4 }.part(), 0.75);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hits {
    /// The samples that were right.
    pub hits: u64,
    /// All samples.
    pub samples: u64,
}

impl Hits {
    /// Hits over samples; NaN where there are none.
    pub fn part(&self) -> f64 {
        self.hits as f64 / self.samples as f64
    }

    fn count(&mut self, hit: bool) {
        self.hits += u64::from(hit);
        self.samples += 1;
    }
}

/// The class of the largest number, the first where several are equal; `None` for a row with NaN.
fn largest<E: Element>(row: &[E]) -> Option<usize> {
    let mut largest = None;
    for (index, &y) in row.iter().enumerate() {
        if y.is_nan() {
            return None;
        }
        if largest.is_none_or(|(_, most)| y > most) {
            largest = Some((index, y));
        }
    }
    largest.map(|(class, _)| class)
}

/// What a single output is, and so which are taken for class 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Single {
    /// A logit, where it is positive.
    Logit,
    /// A probability, where it is above ½.
    Probability,
}

impl Single {
    /// The class of an output: 1 or 0; `None` for NaN.
    fn class<E: Element>(self, y: E) -> Option<usize> {
        let least = E::from_f64(if self == Single::Logit { 0.0 } else { 0.5 });
        (!y.is_nan()).then(|| usize::from(y > least))
    }
}

/// The class that a number from 0 to 1 stands for.
fn of_number<E: Element>(t: E) -> u32 {
    u32::from(t.as_f64() > 0.5)
}
