//! How far outputs are from their targets.

use std::borrow::Cow;

use crate::{
    Batch, BatchView, Element, Shape,
    train::{
        metric::Metric,
        real_steps::{RealSteps, step_of},
    },
};

/// MAE = Σ |y − t| / Z, where Z counts all elements of all samples but padding, in the targets' unit: scikit-learn's `mean_absolute_error`. As
/// a loss it is [`AbsoluteError`](crate::train::AbsoluteError). Without samples, or with NaN among the outputs, it is NaN.
///
/// Targets: a [`Batch`] of the output's shape.
///
/// ```
/// use plumbline::{Batch, Const, train::{MeanAbsoluteError, Metric}};
/// let outputs = Batch::<(Const<2>,)>::from_vec(vec![1.0, 2.0])?;
/// assert_eq!(MeanAbsoluteError.measure(&outputs, &Batch::from_vec(vec![0.0, 4.0])?)?, 1.5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MeanAbsoluteError;

impl MeanAbsoluteError {
    /// The metric: the same as its bare name.
    pub const fn new() -> Self {
        MeanAbsoluteError
    }
}

/// The sum behind [`MeanAbsoluteError`].
///
/// ```
/// use plumbline::train::metric::Distances;
/// assert_eq!(Distances { sum: 3.0, elements: 2 }.mean(), 1.5);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Distances {
    /// Σ |y − t|.
    pub sum: f64,
    /// The elements.
    pub elements: u64,
}

impl Distances {
    /// The mean; NaN without elements.
    pub fn mean(&self) -> f64 {
        self.sum / self.elements as f64
    }
}

impl<Out: Shape, E: Element> Metric<Out, Batch<Out, E>, E> for MeanAbsoluteError {
    type Tally = Distances;

    fn name(&self) -> Cow<'static, str> {
        Cow::Borrowed("MAE")
    }

    fn add(&self, tally: &mut Distances, output: &[E], target: BatchView<'_, Out, E>) {
        let step = step_of(&target);
        for (run, y) in RealSteps::of(&target).outputs(step, output) {
            let t = &target.as_slice()[run.start * step..run.end * step];
            tally.sum += y.iter().zip(t).map(|(y, t)| (y.as_f64() - t.as_f64()).abs()).sum::<f64>();
            tally.elements += y.len() as u64;
        }
    }

    fn value(&self, tally: &Distances) -> f64 {
        tally.mean()
    }
}
