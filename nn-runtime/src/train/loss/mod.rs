//! What is minimized: one number for a batch of outputs and their targets, and its gradient.

mod absolute;
mod auxiliary;
mod binary_cross_entropy;
mod cross_entropy;
mod error;
mod hinge;
mod huber;
mod losses;
mod negative_log_likelihood;
mod objective;
mod other_targets;
mod over_pixels;
mod over_time;
mod penalty;
mod sparsity;
mod squared;
mod takes;
#[cfg(test)]
mod tests;

pub use absolute::AbsoluteError;
pub use auxiliary::AuxiliaryLoss;
pub use binary_cross_entropy::BinaryCrossEntropy;
pub use cross_entropy::CrossEntropy;
pub use error::LossError;
pub use hinge::Hinge;
pub use huber::Huber;
pub use losses::{LossTuple, Losses};
pub use negative_log_likelihood::NegativeLogLikelihood;
pub(crate) use objective::{Means, check_fit, checked_step, enter, lengths_of, scales, scales_for, step_from, term};
pub use objective::{Objective, ObjectiveOf};
pub use over_time::SumOverSteps;
pub use penalty::{L1Penalty, L2Penalty};
pub use sparsity::SparsityPenalty;
pub use squared::{MeanSquaredError, SquaredError};
pub use takes::{Accepts, Activations, AnyOutput, ClassLogits, LogProbabilities, Logits, OnAnyOutput};

use std::ops::Deref;

use crate::{
    Batch, Element, Gradients, Pass, Shape, Trainable,
    data::{AsTarget, InputsOf, Target},
    network::OutputLengths,
};

/// Σₙ ℓ(yₙ, tₙ) and its slope: a loss that compares outputs of shape `Out` with targets `T`.
///
/// Z is the number of samples unless the loss says otherwise, so the gradient's size does not depend on the batch's. A shape of the
/// targets that does not belong to the output's is a compile error.
///
/// A loss of your own implements [`Loss::part`]; the other methods have defaults, and [`Criterion`] makes them a mean and its gradient.
///
/// ```
/// use plumbline::{Batch, Const, data::Labels, train::{CrossEntropy, Criterion}};
/// let logits = Batch::<(Const<2>,)>::from_vec(vec![0.0, 0.0, 1.0, 1.0])?;
/// let labels = Labels::<2>::new([0, 1])?;
/// let (loss, d_logits) = CrossEntropy::new().value_and_gradient(&logits, &labels)?;
/// assert!((loss - 2.0_f32.ln()).abs() < 1e-6);
/// assert_eq!(d_logits.as_slice(), [-0.25, 0.25, 0.25, -0.25]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// ```compile_fail,E0277
/// use plumbline::{Batch, Const, data::Labels, train::{CrossEntropy, Criterion}};
/// let logits = Batch::<(Const<12>,)>::zeros(1);
/// // `CrossEntropy` cannot compare an output of shape `(Const<12>,)` with targets `Labels<10>`
/// let loss = CrossEntropy::new().value(&logits, &Labels::<10>::new([3]).unwrap());
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot compare an output of shape `{Out}` with targets `{T}`",
    label = "the targets do not fit the output",
    note = "cross-entropy takes `Labels<N>` or a `Batch` of probabilities for an output `[N]`, negative log-likelihood \
            `Labels<N>` for `[N]`, binary cross-entropy `Labels<2>` for `[1]`; the first two take `StepLabels<N>` for a sequence `[T, N]` and \
            `PixelLabels<N>` for an image `[N, H, W]`",
    note = "every loss but these takes a `Batch` of the output's shape and element type, and binary cross-entropy does too",
    note = "a network with several outputs takes `Losses::new((…, …))` with a loss for each, and a tuple with targets for each"
)]
pub trait Loss<Out, T: Target, E: Element>: Criterion {
    /// Whether the loss is one of the batch as a whole, and no sum over its samples: [`Loss::part`] then gets all samples of a step at once, on one
    /// thread, which costs the step some of its speed. In evaluations it gets as many as are at hand at once, and in a
    /// [`Trainer`](crate::train::Trainer) that accumulates those of a batch; the loss of all is then their mean.
    const WHOLE_BATCH: bool = false;

    /// `scale` · Σ ℓ(y, t) over the samples of `target`, whose outputs, sample after sample, are `output`; `d_output` gets
    /// `scale` · ∂ℓ/∂y. It runs on several threads at once, and must not allocate or panic.
    fn part(&self, output: &[E], target: T::View<'_>, scale: f64, d_output: Option<&mut [E]>) -> f64;

    /// Z, what the sum over these targets is divided by: `samples`, the number of samples, unless the loss says otherwise.
    fn normalizer(&self, target: T::View<'_>, samples: usize) -> f64 {
        let _ = target;
        samples as f64
    }

    /// Whether the targets, and the options of the loss, have a meaning for it.
    ///
    /// # Errors
    ///
    /// A [`LossError`] for the first target, or the option, that has none.
    fn check(&self, target: T::View<'_>) -> Result<(), LossError> {
        let _ = target;
        Ok(())
    }
}

/// C = Σₙ ℓ(yₙ, tₙ) / Z and ∂C/∂y for a batch of outputs y and their targets t, as a loop of one's own needs them. What ℓ and Z are, and which
/// shapes belong together, each loss states by [`Loss`].
///
/// A loss of your own says which outputs it takes, and no more: `impl Criterion for Mine { type Takes = AnyOutput; }`.
///
/// ```
/// use plumbline::{Batch, Const, train::{Criterion, MeanSquaredError}};
/// let (outputs, targets) = (Batch::<(Const<2>,)>::zeros(1), Batch::from_vec(vec![1.0, 2.0])?);
/// assert_eq!(MeanSquaredError.value(&outputs, &targets)?, 2.5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Criterion: Clone + std::fmt::Debug + Send + Sync {
    /// Which outputs of networks the loss takes: [`AnyOutput`], [`Logits`] or [`ClassLogits`] where it applies `sigmoid` or `softmax` itself,
    /// [`LogProbabilities`] where it applies no logarithm. A network of `network!` that ends in another layer is then a compile error at
    /// [`Trainer::fit`](crate::train::Trainer::fit), [`Trainer::evaluate`](crate::train::Trainer::evaluate) and [`Criterion::step`]: it would
    /// train, and wrongly. A batch of outputs does not tell what made them, so nothing is asked of those.
    ///
    /// ```
    /// use plumbline::{Batch, BatchView, Shape, train::{Criterion, Loss, loss::AnyOutput}};
    ///
    /// /// Σ (y − t)⁴
    /// #[derive(Clone, Debug)]
    /// struct Quartic;
    ///
    /// impl Criterion for Quartic { type Takes = AnyOutput; }
    ///
    /// impl<Out: Shape> Loss<Out, Batch<Out>, f32> for Quartic {
    ///     fn part(&self, y: &[f32], t: BatchView<'_, Out>, scale: f64, mut d: Option<&mut [f32]>) -> f64 {
    ///         let mut sum = 0.0;
    ///         for (index, (y, t)) in y.iter().zip(t.as_slice()).enumerate() {
    ///             sum += f64::from((y - t).powi(4));
    ///             if let Some(d) = &mut d {
    ///                 d[index] = scale as f32 * 4.0 * (y - t).powi(3);
    ///             }
    ///         }
    ///         scale * sum
    ///     }
    /// }
    /// # let y = Batch::<(plumbline::Const<1>,)>::zeros(1);
    /// # assert_eq!(Quartic.value(&y, &Batch::from_vec(vec![2.0])?)?, 16.0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    type Takes;

    /// The same loss for outputs of any kind: for a network that ends in `sigmoid` or `softmax` and is to be trained as if its probabilities were
    /// logits, or for log-probabilities that come from elsewhere than `log_softmax`.
    fn on_any_output(self) -> OnAnyOutput<Self> {
        OnAnyOutput(self)
    }

    /// C.
    ///
    /// # Errors
    ///
    /// [`LossError`] for no samples, unequal numbers of samples, targets of other sizes or lengths, and what [`Loss::check`] finds.
    fn value<Out, E, D, A>(&self, output: &Batch<Out, E, D>, target: &A) -> Result<E, LossError>
    where
        Out: Shape,
        E: Element,
        D: Deref<Target = [E]>,
        A: AsTarget,
        Self: Loss<Out, A::Owned, E>,
    {
        let scale = scale_for(self, output, target)?;
        Ok(E::from_f64(self.part(output.as_slice(), target.target_view(), scale, None)))
    }

    /// C and ∂C/∂y.
    ///
    /// # Errors
    ///
    /// As [`Criterion::value`].
    fn value_and_gradient<Out, E, D, A>(
        &self,
        output: &Batch<Out, E, D>,
        target: &A,
    ) -> Result<(E, Batch<Out, E>), LossError>
    where
        Out: Shape,
        E: Element,
        D: Deref<Target = [E]>,
        A: AsTarget,
        Self: Loss<Out, A::Owned, E>,
    {
        let mut d_output = output.zeros_like();
        let value = self.value_and_gradient_into(output, target, &mut d_output)?;
        Ok((value, d_output))
    }

    /// C; ∂C/∂y is written over `d_output`, which has as many samples as `output`. Allocates nothing.
    ///
    /// # Errors
    ///
    /// As [`Criterion::value`], also where `d_output` has another number of samples.
    fn value_and_gradient_into<Out, E, D, A>(
        &self,
        output: &Batch<Out, E, D>,
        target: &A,
        d_output: &mut Batch<Out, E>,
    ) -> Result<E, LossError>
    where
        Out: Shape,
        E: Element,
        D: Deref<Target = [E]>,
        A: AsTarget,
        Self: Loss<Out, A::Owned, E>,
    {
        let scale = scale_for(self, output, target)?;
        if d_output.width() != output.width() {
            return Err(LossError::Width { expected: output.width(), found: d_output.width() });
        }
        if d_output.samples() != output.samples() {
            return Err(LossError::Samples { expected: output.samples(), found: d_output.samples() });
        }
        let part = self.part(output.as_slice(), target.target_view(), scale, Some(d_output.as_mut_slice()));
        Ok(E::from_f64(part))
    }

    /// C over the batch `x`; ∂C/∂θ is written over `gradients`. The same as forward, [`Criterion::value_and_gradient`] and backward, but part by
    /// part, which stays in cache and skips the gradient with respect to `x`: the fastest step of training. Allocates nothing where
    /// `pass` has room.
    ///
    /// `x` is `&batch`; of a network with several inputs a tuple with a batch for each:
    ///
    /// ```
    /// use plumbline::{Batch, Const, data::Labels, prelude::*};
    /// network! {
    ///     Pair: (left: [3], right: [_, 2]) -> [2] {
    ///         memory: gru(4) <- right;
    ///         end: last;
    ///         both: concat <- (left, end);
    ///         logits: dense(2);
    ///     }
    /// }
    /// let (left, right) = (Batch::zeros(5), Batch::zeros_of(5, &[7, 2])?);
    /// let (net, labels) = (Pair::new(1), Labels::new([0, 1, 1, 0, 1])?);
    /// let (mut pass, mut gradients) = (net.pass(5), net.gradients());
    /// let loss = CrossEntropy::new().step(&net, (&left, &right), &labels, &mut pass, &mut gradients)?;
    /// # assert!(loss > 0.0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Criterion::value`]; [`LossError::Input`] for batches that the network does not let in, and for several of unequal numbers of samples;
    /// [`LossError::Pass`] where [`Trainable::update_buffers`] has not followed the step before.
    fn step<N, X, A>(
        &self,
        net: &N,
        x: X,
        target: &A,
        pass: &mut Pass<N>,
        gradients: &mut Gradients<N>,
    ) -> Result<N::Element, LossError>
    where
        N: Trainable<Output: Shape>,
        X: InputsOf<N::Input, N::Element>,
        A: AsTarget,
        Self: Loss<N::Output, A::Owned, N::Element> + ObjectiveOf<N::Output, A::Owned, N::Element, N>,
    {
        objective::checked_step(self, net, &x, target, pass, gradients)
    }
}

/// 1 / Z of a loss on one output, once everything is checked.
fn scale_for<L, Out, E, D, A>(loss: &L, output: &Batch<Out, E, D>, target: &A) -> Result<f64, LossError>
where
    L: Loss<Out, A::Owned, E>,
    Out: Shape,
    E: Element,
    D: Deref<Target = [E]>,
    A: AsTarget,
{
    let [scale] = objective::scales_for(
        loss,
        output.samples(),
        |_| output.width(),
        |_| OutputLengths::same(output.lengths()),
        target,
    )?;
    Ok(scale)
}

/// 1 / z; 0 for a batch whose samples all have weight 0, which then has the loss 0 and no gradient.
pub(crate) fn reciprocal(z: f64) -> f64 {
    if z > 0.0 { 1.0 / z } else { 0.0 }
}
