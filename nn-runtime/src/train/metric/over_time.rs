//! Metrics of each step of a sequence, from metrics of a sample.

use std::borrow::Cow;

use crate::{
    Batch, BatchView, Const, Element,
    data::{Labels, StepLabels, StepLabelsView},
    shape::Dimension,
    train::{
        metric::{Accuracy, Hits, Metric, PerSample},
        real_steps::RealSteps,
    },
};

/// What a metric makes of the labels of samples, it makes of those of steps: each real step is a sample.
///
/// ```
/// use plumbline::{Batch, Const, Free, data::StepLabels, train::{Accuracy, ConfusionMatrix, Metric}};
/// let logits = Batch::<(Free, Const<2>)>::from_vec_of(vec![2.0, 1.0, 0.0, 1.0, 5.0, 4.0, 9.0, 7.0], &[2, 2])?;
/// let labels = StepLabels::<2>::padded([&[0, 0][..], &[0]])?;
/// assert_eq!(Accuracy.measure(&logits, &labels)?, 2.0 / 3.0);
/// assert_eq!(ConfusionMatrix.tally(&logits, &labels)?.count(0, 1), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl<M, T, const C: usize, E> Metric<(T, Const<C>), StepLabels<C>, E> for M
where
    M: PerSample + Metric<(Const<C>,), Labels<C>, E>,
    T: Dimension,
    E: Element,
{
    type Tally = M::Tally;

    fn name(&self) -> Cow<'static, str> {
        self.name()
    }

    fn add(&self, tally: &mut M::Tally, output: &[E], target: StepLabelsView<'_, C>) {
        for (run, y) in RealSteps::of_labels(target).outputs(C, output) {
            self.add(tally, y, target.run(run));
        }
    }

    fn add_probabilities(&self, tally: &mut M::Tally, output: &[E], target: StepLabelsView<'_, C>) {
        for (run, y) in RealSteps::of_labels(target).outputs(C, output) {
            self.add_probabilities(tally, y, target.run(run));
        }
    }

    fn value(&self, tally: &M::Tally) -> f64 {
        self.value(tally)
    }

    fn report(&self, tally: &M::Tally) -> Option<String> {
        self.report(tally)
    }
}

impl<T: Dimension, const C: usize, E: Element> Metric<(T, Const<C>), Batch<(T, Const<C>), E>, E> for Accuracy {
    type Tally = Hits;

    fn name(&self) -> Cow<'static, str> {
        of_samples::<C, E>().name()
    }

    fn add(&self, tally: &mut Hits, output: &[E], target: BatchView<'_, (T, Const<C>), E>) {
        each_run::<T, C, E>(output, target, |y, t| of_samples::<C, E>().add(tally, y, t));
    }

    fn add_probabilities(&self, tally: &mut Hits, output: &[E], target: BatchView<'_, (T, Const<C>), E>) {
        each_run::<T, C, E>(output, target, |y, t| of_samples::<C, E>().add_probabilities(tally, y, t));
    }

    fn value(&self, tally: &Hits) -> f64 {
        tally.part()
    }
}

/// Calls `f` with the outputs and targets of each run of real steps.
fn each_run<T: Dimension, const C: usize, E: Element>(
    output: &[E],
    target: BatchView<'_, (T, Const<C>), E>,
    mut f: impl FnMut(&[E], BatchView<'_, (Const<C>,), E>),
) {
    for (run, y) in RealSteps::of(&target).outputs(C, output) {
        let t = &target.as_slice()[run.start * C..run.end * C];
        f(y, BatchView::lent(t, run.len(), &[C]));
    }
}

/// The metric of samples.
fn of_samples<const C: usize, E: Element>() -> impl Metric<(Const<C>,), Batch<(Const<C>,), E>, E, Tally = Hits> {
    Accuracy
}
