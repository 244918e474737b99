//! The part of the samples that are right.

use std::borrow::Cow;

use crate::{
    Batch, BatchView, Const, Element,
    data::{Labels, LabelsView},
    train::metric::{Hits, Metric, PerSample, Single, largest, of_number},
};

/// The part of the samples whose largest output is the label's, the first where several are equal. A single output stands for class 1
/// where it is positive, as a logit is, and else for class 0. A [`Trainer`](crate::train::Trainer) knows a network that ends in `sigmoid`, and asks
/// whether its output is above ½. A sample with NaN among its outputs is not right.
///
/// Targets: [`Labels<N>`](Labels) for an output `[N]`, [`Labels<2>`](Labels) for `[1]`, or a [`Batch`] of the output's shape, whose largest
/// number (for `[1]`: whether it is above ½) says the class. For the steps of a sequence `[T, N]` [`StepLabels<N>`](crate::data::StepLabels) or
/// a [`Batch`]; for the pixels of an image `[N, H, W]` [`PixelLabels<N>`](crate::data::PixelLabels), for `[1, H, W]` a [`Batch`].
///
/// ```
/// use plumbline::{Batch, Const, data::Labels, train::{Accuracy, Metric}};
/// let logits = Batch::<(Const<1>,)>::from_vec(vec![-3.0, 2.0, 0.5])?;
/// assert_eq!(Accuracy.measure(&logits, &Labels::<2>::new([0, 1, 1])?)?, 1.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accuracy;

impl Accuracy {
    /// The metric: the same as its bare name.
    pub const fn new() -> Self {
        Accuracy
    }
}

const NAME: Cow<'static, str> = Cow::Borrowed("accuracy");

impl PerSample for Accuracy {}

impl<const C: usize, E: Element> Metric<(Const<C>,), Labels<C>, E> for Accuracy {
    type Tally = Hits;

    fn name(&self) -> Cow<'static, str> {
        NAME
    }

    fn add(&self, tally: &mut Hits, output: &[E], target: LabelsView<'_, C>) {
        for (row, label) in output.chunks_exact(C.max(1)).zip(target.iter()) {
            tally.count(largest(row) == Some(label));
        }
    }

    fn value(&self, tally: &Hits) -> f64 {
        tally.part()
    }
}

impl<E: Element> Metric<(Const<1>,), Labels<2>, E> for Accuracy {
    type Tally = Hits;

    fn name(&self) -> Cow<'static, str> {
        NAME
    }

    fn add(&self, tally: &mut Hits, output: &[E], target: LabelsView<'_, 2>) {
        add_single(Single::Logit, tally, output, target);
    }

    fn add_probabilities(&self, tally: &mut Hits, output: &[E], target: LabelsView<'_, 2>) {
        add_single(Single::Probability, tally, output, target);
    }

    fn value(&self, tally: &Hits) -> f64 {
        tally.part()
    }
}

fn add_single<E: Element>(kind: Single, tally: &mut Hits, output: &[E], target: LabelsView<'_, 2>) {
    for (y, label) in output.iter().zip(target.iter()) {
        tally.count(kind.class(*y) == Some(label));
    }
}

impl<const C: usize, E: Element> Metric<(Const<C>,), Batch<(Const<C>,), E>, E> for Accuracy {
    type Tally = Hits;

    fn name(&self) -> Cow<'static, str> {
        NAME
    }

    fn add(&self, tally: &mut Hits, output: &[E], target: BatchView<'_, (Const<C>,), E>) {
        add_numbers::<C, E>(Single::Logit, tally, output, target.as_slice());
    }

    fn add_probabilities(&self, tally: &mut Hits, output: &[E], target: BatchView<'_, (Const<C>,), E>) {
        add_numbers::<C, E>(Single::Probability, tally, output, target.as_slice());
    }

    fn value(&self, tally: &Hits) -> f64 {
        tally.part()
    }
}

fn add_numbers<const C: usize, E: Element>(kind: Single, tally: &mut Hits, output: &[E], target: &[E]) {
    for (y, t) in output.chunks_exact(C.max(1)).zip(target.chunks_exact(C.max(1))) {
        tally.count(match (y, t) {
            ([y], [t]) => kind.class(*y) == Some(of_number(*t) as usize),
            _ => largest(y).is_some_and(|class| largest(t) == Some(class)),
        });
    }
}
