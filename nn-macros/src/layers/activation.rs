//! The activations: the same shape, elementwise but for the two softmaxes.

use super::Real;

/// A function that follows a layer.
#[derive(Clone, Debug)]
pub(crate) enum Activation {
    Relu,
    /// The slope below 0.
    LeakyRelu(Real),
    /// The limit far below 0, negated.
    Elu(Real),
    Selu,
    Gelu,
    Silu,
    Sigmoid,
    Tanh,
    Softplus,
    /// Over the last axis of a value of rank 1 or 2.
    Softmax,
    /// Over the last axis of a value of rank 1 or 2.
    LogSoftmax,
    /// It has no gradient.
    Sign,
    Identity,
}
