//! Losses of each step of a sequence, from losses of a sample.

#[cfg(test)]
mod tests;

use crate::{
    Batch, BatchView, Const, Element, Shape,
    data::{Labels, StepLabelsView, Steps},
    kernels::loss::{Pointwise, pointwise},
    shape::time_axis,
    train::{
        loss::{
            AbsoluteError, BinaryCrossEntropy, Criterion, CrossEntropy, Hinge, Huber, Loss, LossError,
            MeanSquaredError, NegativeLogLikelihood,
        },
        real_steps::{RealSteps, step_of},
    },
};

/// [`Loss::part`] over the labels of steps, each real step taken as a sample.
pub(super) fn part_of_steps<const C: usize, E: Element>(
    loss: &impl Loss<(Const<C>,), Labels<C>, E>,
    output: &[E],
    target: StepLabelsView<'_, C>,
    scale: f64,
    d_output: Option<&mut [E]>,
) -> f64 {
    let part = |run, y: &[E], d: Option<&mut [E]>| loss.part(y, target.run(run), scale, d);
    RealSteps::of_labels(target).sum(C, output, d_output, part)
}

/// [`Loss::normalizer`] over the labels of steps, each real step taken as a sample.
pub(super) fn normalizer_of_steps<const C: usize, E: Element>(
    loss: &impl Loss<(Const<C>,), Labels<C>, E>,
    target: StepLabelsView<'_, C>,
) -> f64 {
    let runs = RealSteps::of_labels(target).runs();
    runs.map(|run| loss.normalizer(target.run(run.clone()), run.len())).sum()
}

/// Σ f(y, t) over the elements of real steps; `d_output` gets `scale` · ∂f/∂y there, and 0 where there is padding.
pub(super) fn over_elements<S: Shape, E: Element, F: Pointwise<E>>(
    f: F,
    output: &[E],
    target: BatchView<'_, S, E>,
    scale: f64,
    d_output: Option<&mut [E]>,
) -> f64 {
    let (step, t) = (step_of(&target), target.as_slice());
    RealSteps::of(&target)
        .sum(step, output, d_output, |run, y, d| pointwise(f, y, &t[run.start * step..run.end * step], scale, d))
}

/// The number of elements of real steps.
pub(super) fn elements<S: Shape, E: Element>(target: BatchView<'_, S, E>) -> f64 {
    let of_a_step = target.width() / target.sizes()[time_axis(S::DIMS)].max(1);
    Batch::real_steps(target) as f64 * of_a_step as f64
}

/// C = Σ_t C_t: a loss summed over the steps of sequences, where the loss alone is their mean. C_t is the loss at step t, averaged over the samples; a
/// sample that has ended adds nothing to it. As in the notes, Recurrent Neural Networks.
///
/// So C is the mean over all real steps times the mean number of real steps of a sample. Made by `sum_over_steps` of each loss that is a mean
/// ([`SquaredError`](crate::train::SquaredError) is such a sum by itself).
///
/// Targets: [`StepLabels`](crate::data::StepLabels), or a [`Batch`] whose first axis is time.
///
/// ```
/// use plumbline::{Batch, Const, Free, data::StepLabels, train::{CrossEntropy, Criterion}};
/// // A sample of two steps and one of a single step, with equal probabilities for two classes.
/// let logits = Batch::<(Free, Const<2>)>::zeros_of(2, &[2, 2])?;
/// let labels = StepLabels::<2>::padded([&[0, 1][..], &[1]])?;
/// let of_a_step = 2.0_f32.ln();
/// assert_eq!(CrossEntropy::new().value(&logits, &labels)?, of_a_step);
/// assert_eq!(CrossEntropy::new().sum_over_steps().value(&logits, &labels)?, 1.5 * of_a_step);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SumOverSteps<L> {
    loss: L,
}

impl<L: Criterion> Criterion for SumOverSteps<L> {
    type Takes = L::Takes;
}

impl<L: Loss<Out, T, E>, Out, T: Steps, E: Element> Loss<Out, T, E> for SumOverSteps<L> {
    fn part(&self, output: &[E], target: T::View<'_>, scale: f64, d_output: Option<&mut [E]>) -> f64 {
        self.loss.part(output, target, scale, d_output)
    }

    fn normalizer(&self, target: T::View<'_>, samples: usize) -> f64 {
        let steps = T::real_steps(target).max(1);
        self.loss.normalizer(target, samples) * samples as f64 / steps as f64
    }

    fn check(&self, target: T::View<'_>) -> Result<(), LossError> {
        self.loss.check(target)
    }
}

macro_rules! sums {
    ($($loss:ident),*) => {
        $(impl $loss {
            /// The loss summed over the steps of sequences instead of averaged: see [`SumOverSteps`]. Other options are set before.
            #[must_use]
            pub fn sum_over_steps(self) -> SumOverSteps<Self> {
                SumOverSteps { loss: self }
            }
        })*
    };
}

sums!(AbsoluteError, BinaryCrossEntropy, CrossEntropy, Hinge, Huber, MeanSquaredError, NegativeLogLikelihood);
