//! How good a network is, in numbers for people.

mod accuracy;
mod confusion;
mod list;
mod over_time;
mod r_squared;
#[cfg(test)]
mod tests;
mod top_k;

pub use accuracy::Accuracy;
pub use confusion::{Confusion, ConfusionMatrix};
pub use list::{MetricValue, Metrics, OnOutput};
pub use r_squared::{Moments, RSquared};
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
/// use nn_runtime::{Batch, Const, data::Labels, train::{Accuracy, Metric}};
/// let logits = Batch::<(Const<2>,)>::from_vec(vec![0.1, 0.9, 0.8, 0.2])?;
/// assert_eq!(Accuracy.measure(&logits, &Labels::<2>::new([1, 1])?)?, 0.5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "the metric `{Self}` cannot compare an output of shape `{Out}` with targets `{T}`",
    label = "the targets do not fit the output",
    note = "accuracy, top-k and confusion matrix take `Labels<N>` for an output `[N]` and `StepLabels<N>` for a sequence `[T, N]`, R² a \
            `Batch` of the output's shape",
    note = "a metric of one of several outputs is added by `metric_on`: `.metric_on::<0, _>(Accuracy)`"
)]
pub trait Metric<Out, T: Target, E: Element>: Debug + Send + Sync {
    /// What is counted or added up.
    type Tally: Default + Debug + Send;

    /// The name in histories and displays.
    fn name(&self) -> Cow<'static, str>;

    /// Takes in some samples. After the first batch it does not allocate.
    fn add(&self, tally: &mut Self::Tally, output: &[E], target: T::View<'_>);

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

/// A count of hits among samples: the tally of [`Accuracy`] and [`TopK`].
///
/// ```
/// use nn_runtime::train::metric::Hits;
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

/// The class of the largest number, the first where several are equal; `None` where none is larger than −∞, as in a row of NaN.
fn largest<E: Element>(row: &[E]) -> Option<usize> {
    let (mut class, mut most) = (None, E::neg_infinity());
    for (index, &y) in row.iter().enumerate() {
        if y > most {
            (class, most) = (Some(index), y);
        }
    }
    class
}
