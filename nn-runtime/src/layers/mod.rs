//! The layers, one folder each.

pub mod activation;
mod combine;
mod concat;
mod dense;
mod dropout;
mod gelu;
mod init;
mod perceptron;
mod sign;
mod silu;
mod softmax;
mod tied;

pub use activation::{Activation, Elu, Identity, LeakyRelu, Relu, Selu, Sigmoid, Softplus, Tanh};
pub use combine::{accumulate, add, copy, multiply, multiply_backward};
pub use concat::Concat;
pub use dense::Dense;
pub use dropout::Dropout;
pub use gelu::Gelu;
pub use init::Init;
pub use perceptron::{Perceptron, PerceptronError, PerceptronReport};
pub use sign::Sign;
pub use silu::Silu;
pub use softmax::{LogSoftmax, Softmax};
pub use tied::TiedDense;
