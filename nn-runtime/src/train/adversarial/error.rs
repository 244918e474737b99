//! What can go wrong in adversarial training.

use crate::{
    ShapeError,
    train::{AdversarialHistory, OptimizerError, Stop},
};

/// Data or options that a pair cannot be trained with, or a training that has left the finite numbers. Both networks then have the weights from before the step
/// that failed.
///
/// ```
/// use plumbline::train::AdversarialError;
/// let error = AdversarialError::Diverged { network: "generator", epoch: 2, step: 17, loss: f64::INFINITY, history: Box::default() };
/// assert_eq!(
///     error.to_string(),
///     "expected a finite loss of the generator, found inf in step 17 of epoch 2; a lower learning rate may help"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum AdversarialError {
    /// No samples.
    #[error("expected real samples, found none")]
    Empty,
    /// Conditions that do not belong to the samples.
    #[error("expected a condition for each of the {expected} samples, found {found}")]
    Conditions {
        /// The number of samples.
        expected: usize,
        /// The number of conditions.
        found: usize,
    },
    /// An option without a meaning.
    #[error("expected `{option}` to be {expected}, found {found}")]
    Option {
        /// The method that sets it.
        option: &'static str,
        /// What it may be.
        expected: &'static str,
        /// What it is.
        found: f64,
    },
    /// Infinity or NaN in the data.
    #[error("expected finite real samples, found {found} at element {element} of sample {sample} of input {input}")]
    Input {
        /// The input of the discriminator, counted from 0.
        input: usize,
        /// The index of the sample.
        sample: usize,
        /// The index of the element in the sample.
        element: usize,
        /// The number found.
        found: f64,
    },
    /// Data that a network does not take: a condition that is no index.
    #[error("the {network}'s inputs: {source}")]
    Shape {
        /// The network: generator or discriminator.
        network: &'static str,
        /// What is wrong.
        source: ShapeError,
    },
    /// A loss that is infinite or NaN.
    #[error(
        "expected a finite loss of the {network}, found {loss} in step {step} of epoch {epoch}; a lower learning rate may help"
    )]
    Diverged {
        /// The network: generator or discriminator.
        network: &'static str,
        /// The epoch, from 1.
        epoch: usize,
        /// The step of the discriminator in the epoch, from 1.
        step: usize,
        /// The loss.
        loss: f64,
        /// The epochs before.
        history: Box<AdversarialHistory>,
    },
    /// A step that an optimizer does not make: a gradient or a parameter would not be finite, or an option has no meaning.
    #[error("the {network} in step {step} of epoch {epoch}: {source}")]
    Step {
        /// The network: generator or discriminator.
        network: &'static str,
        /// The epoch, from 1.
        epoch: usize,
        /// The step of the discriminator in the epoch, from 1.
        step: usize,
        /// What is wrong.
        source: OptimizerError,
        /// The epochs before.
        history: Box<AdversarialHistory>,
    },
    /// Threads that the operating system does not give.
    #[error("expected to start {count} threads: {reason}")]
    Threads {
        /// The number asked for.
        count: usize,
        /// The system's reason.
        reason: String,
    },
}

impl AdversarialError {
    /// The epochs before the step that failed, where a training has left the finite numbers.
    pub fn history(&self) -> Option<&AdversarialHistory> {
        match self {
            AdversarialError::Diverged { history, .. } | AdversarialError::Step { history, .. } => Some(history),
            _ => None,
        }
    }

    /// The same error behind the epochs of `before`.
    pub(super) fn after(mut self, before: AdversarialHistory) -> Self {
        if let AdversarialError::Diverged { history, .. } | AdversarialError::Step { history, .. } = &mut self {
            **history = AdversarialHistory { stop: Stop::Diverged, ..before };
        }
        self
    }
}
