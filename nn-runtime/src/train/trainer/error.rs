//! What can go wrong in training.

use crate::{
    ShapeError,
    train::{GradientError, LossError, OptimizerError},
};

/// Data that cannot be trained on, or a training that has left the finite numbers.
///
/// ```
/// use nn_runtime::train::TrainError;
/// let error = TrainError::Diverged { epoch: 2, step: 17, loss: f64::INFINITY };
/// assert_eq!(error.to_string(), "expected a finite loss, found inf in step 17 of epoch 2; a lower learning rate may help");
/// ```
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TrainError {
    /// A dataset without samples.
    #[error("expected {set} data, found no samples")]
    Empty {
        /// Which: training, validation or evaluation.
        set: &'static str,
    },
    /// Batches of 0 samples.
    #[error("expected a batch size of at least 1, found 0")]
    BatchSize,
    /// Infinity or NaN in the inputs.
    #[error("expected finite {set} inputs, found {found} at element {element} of sample {sample}")]
    Input {
        /// Which data: training, validation or evaluation.
        set: &'static str,
        /// The index of the sample.
        sample: usize,
        /// The index of the element in the sample.
        element: usize,
        /// The number found.
        found: f64,
    },
    /// Inputs that the network does not let in: a layer cannot take their size, or a number is no index.
    #[error("{set} inputs: {source}")]
    Shape {
        /// Which data: training, validation or evaluation.
        set: &'static str,
        /// What is wrong.
        source: ShapeError,
    },
    /// Targets that the loss cannot take, or options of the loss that have no meaning.
    #[error("{set} targets: {source}")]
    Loss {
        /// Which data: training, validation or evaluation.
        set: &'static str,
        /// What is wrong.
        source: LossError,
    },
    /// A loss that is infinite or NaN. The network is as it was before the step.
    #[error("expected a finite loss, found {loss} in step {step} of epoch {epoch}; a lower learning rate may help")]
    Diverged {
        /// The epoch, from 1.
        epoch: usize,
        /// The step in the epoch, from 1.
        step: usize,
        /// The loss.
        loss: f64,
    },
    /// A gradient that cannot be clipped. The network is as it was before the step.
    #[error("step {step} of epoch {epoch}: {source}")]
    Gradient {
        /// The epoch, from 1.
        epoch: usize,
        /// The step in the epoch, from 1.
        step: usize,
        /// What is wrong.
        source: GradientError,
    },
    /// An optimizer that was used for another network, or has options without a meaning.
    #[error(transparent)]
    Optimizer(#[from] OptimizerError),
    /// Threads that the operating system does not give.
    #[error("expected to start {count} threads: {reason}")]
    Threads {
        /// The number asked for.
        count: usize,
        /// The system's reason.
        reason: String,
    },
}
