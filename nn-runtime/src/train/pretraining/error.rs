//! What can go wrong in pretraining.

use crate::{energy::EnergyError, train::TrainError};

/// A layer whose training failed, and why.
///
/// ```
/// use plumbline::train::{LayerError, PretrainError, TrainError};
/// let error = PretrainError { layer: 2, source: LayerError::Autoencoder(TrainError::BatchSize) };
/// assert_eq!(error.to_string(), "layer 2 of the plan: expected a batch size of at least 1, found 0");
/// ```
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("layer {layer} of the plan: {source}")]
pub struct PretrainError {
    /// The place of the layer in the plan, from 1.
    pub layer: usize,
    /// What is wrong.
    pub source: LayerError,
}

/// What the training of a layer has against it.
///
/// ```
/// use plumbline::{energy::EnergyError, train::LayerError};
/// let error = LayerError::Energy(EnergyError::Empty { what: "training data" });
/// assert_eq!(error.to_string(), "expected training data, found no samples");
/// ```
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum LayerError {
    /// Of a `dense` layer as an autoencoder.
    #[error(transparent)]
    Autoencoder(#[from] TrainError),
    /// Of an `rbm` layer.
    #[error(transparent)]
    Energy(#[from] EnergyError),
}
