//! The layers, one file each, and the pools of a kind in one.

pub mod activation;
mod adaptive_pool2d;
mod combine;
mod concat;
mod conv2d;
mod conv_transpose2d;
mod dense;
mod dropout;
mod gelu;
mod init;
mod interleave;
mod layer_norm;
pub mod map;
mod noise;
mod perceptron;
mod pool2d;
mod sign;
mod silu;
mod softmax;
#[cfg(test)]
pub(crate) mod testing;
mod tied;
mod transpose;
mod window;

pub use activation::{Activation, Elu, Identity, LeakyRelu, Relu, Selu, Sigmoid, Softplus, Tanh};
pub use adaptive_pool2d::{AdaptiveAvgPool1d, AdaptiveAvgPool2d, AdaptiveMaxPool1d, AdaptiveMaxPool2d};
pub use combine::{accumulate, add, copy, multiply, multiply_backward};
pub use concat::Concat;
pub use conv_transpose2d::ConvTranspose2d;
pub use conv2d::Conv2d;
pub use dense::Dense;
pub use dropout::Dropout;
pub use gelu::Gelu;
pub use init::Init;
pub use interleave::{deinterleave, interleave};
pub use layer_norm::LayerNorm;
pub use noise::{GaussianNoise, MaskingNoise, SaltAndPepper};
pub use perceptron::{Perceptron, PerceptronError, PerceptronReport};
pub use pool2d::{AvgPool1d, AvgPool2d, MaxPool1d, MaxPool2d};
pub use sign::Sign;
pub use silu::Silu;
pub use softmax::{LogSoftmax, Softmax};
pub use tied::TiedDense;
pub use transpose::Transpose;
pub use window::{Window, WindowSizes};
