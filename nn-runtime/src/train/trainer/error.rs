//! What can go wrong in training.

use crate::{
    ShapeError,
    train::{GradientError, History, LossError, OptimizerError, Stop},
};

/// Data or options that cannot be trained with, or a training that has left the finite numbers. These last errors hold the epochs before:
/// [`TrainError::history`].
///
/// ```
/// use plumbline::train::TrainError;
/// let error = TrainError::Diverged { epoch: 2, step: 17, loss: f64::INFINITY, history: Box::default() };
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
    /// An option of the trainer that has no meaning.
    #[error("expected `{option}` to be {expected}, found {found}")]
    Option {
        /// The method that sets it.
        option: &'static str,
        /// What it may be.
        expected: &'static str,
        /// What it is.
        found: f64,
    },
    /// Infinity or NaN in the inputs.
    #[error("expected finite {set} inputs, found {found} at element {element} of sample {sample}{}", of_input(*input))]
    Input {
        /// which data: training, validation, evaluation or augmented.
        set: &'static str,
        /// The input of the network, counted from 0.
        input: usize,
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
        /// which data: training, validation, evaluation or augmented.
        set: &'static str,
        /// What is wrong.
        source: ShapeError,
    },
    /// Targets that the loss cannot take, or options of the loss that have no meaning.
    #[error("{set} targets: {source}")]
    Loss {
        /// which data: training, validation, evaluation or augmented.
        set: &'static str,
        /// What is wrong.
        source: LossError,
    },
    /// A loss that is infinite or NaN. The network is as it was before the step, or has its best weights with
    /// [`keep_best`](crate::train::Trainer::keep_best).
    #[error("expected a finite loss, found {loss} in step {step} of epoch {epoch}; a lower learning rate may help")]
    Diverged {
        /// The epoch, from 1.
        epoch: usize,
        /// The step in the epoch, from 1.
        step: usize,
        /// The loss.
        loss: f64,
        /// The epochs before.
        history: Box<History>,
    },
    /// A gradient that is infinite or NaN. The network is as after [`Diverged`](TrainError::Diverged).
    #[error("step {step} of epoch {epoch}: {source}")]
    Gradient {
        /// The epoch, from 1.
        epoch: usize,
        /// The step in the epoch, from 1.
        step: usize,
        /// What is wrong.
        source: GradientError,
        /// The epochs before.
        history: Box<History>,
    },
    /// A step that would make a parameter infinite or NaN. The network is as after [`Diverged`](TrainError::Diverged).
    #[error("step {step} of epoch {epoch}: {source}")]
    Overflow {
        /// The epoch, from 1.
        epoch: usize,
        /// The step in the epoch, from 1.
        step: usize,
        /// What is wrong.
        source: OptimizerError,
        /// The epochs before.
        history: Box<History>,
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

impl TrainError {
    /// The epochs before the step that failed, where a training has left the finite numbers.
    pub fn history(&self) -> Option<&History> {
        match self {
            TrainError::Diverged { history, .. }
            | TrainError::Gradient { history, .. }
            | TrainError::Overflow { history, .. } => Some(history),
            _ => None,
        }
    }

    /// The error of how a layer is to learn.
    pub(super) fn of_layer(source: GradientError) -> Self {
        match source {
            GradientError::LearningRate { found } => {
                TrainError::Option { option: "scale_learning_rate", expected: "finite and not negative", found }
            }
            source => TrainError::Optimizer(source.into()),
        }
    }

    /// The error of an optimizer in a step.
    pub(super) fn of_step(source: OptimizerError, epoch: usize, step: usize) -> Self {
        let history = Box::default();
        match source {
            OptimizerError::Gradient(source) => TrainError::Gradient { epoch, step, source, history },
            OptimizerError::Overflow { .. } => TrainError::Overflow { epoch, step, source, history },
            source => TrainError::Optimizer(source),
        }
    }

    /// The same error behind the epochs of `before`.
    pub(super) fn after(mut self, before: History) -> Self {
        if let TrainError::Diverged { history, .. }
        | TrainError::Gradient { history, .. }
        | TrainError::Overflow { history, .. } = &mut self
        {
            **history = History { stop: Stop::Diverged, ..before };
        }
        self
    }
}

/// Which input, where it need not be the only one.
fn of_input(input: usize) -> String {
    if input == 0 { String::new() } else { format!(" of input {input}") }
}
