//! The layers, one file each, and the pools of a kind in one.

pub mod activation;
mod adaptive_pool2d;
mod batch_norm;
mod begin;
mod combine;
mod concat;
mod contractive;
mod conv1d;
mod conv2d;
mod conv_transpose2d;
mod dense;
mod dropout;
mod embedding;
mod gaussian_code;
mod init;
mod interleave;
mod layer_norm;
mod lp_pool2d;
pub mod map;
mod noise;
mod one_by_one;
mod perceptron;
mod pool2d;
mod recurrent;
mod sign;
mod softmax;
mod steps;
#[cfg(test)]
pub(crate) mod testing;
mod tied;
mod transpose;
pub(crate) mod type_check;
mod weight_and_bias;
mod weighted_avg_pool2d;
mod window;

pub use activation::{Activation, Elu, Gelu, Identity, LeakyRelu, Relu, Selu, Sigmoid, Silu, Softplus, Tanh};
pub use adaptive_pool2d::{AdaptiveAvgPool1d, AdaptiveAvgPool2d, AdaptiveMaxPool1d, AdaptiveMaxPool2d};
pub use batch_norm::BatchNorm;
pub use begin::{begin, begin_backward};
pub use combine::{accumulate, add, clear, copy, multiply, multiply_backward};
pub use concat::Concat;
pub use contractive::{SlopeOfValue, contractive_penalty, contractive_penalty_backward, contractive_penalty_gradient};
pub use conv_transpose2d::ConvTranspose2d;
pub use conv1d::{Conv1d, ConvTranspose1d};
pub use conv2d::Conv2d;
pub use dense::Dense;
pub(crate) use dense::affine;
pub use dropout::Dropout;
pub use embedding::Embedding;
pub use gaussian_code::{
    gaussian_kl, gaussian_kl_log_variance_backward, gaussian_kl_mean_backward, sample, sample_backward,
};
pub use init::Init;
pub use interleave::{deinterleave, interleave};
pub use layer_norm::LayerNorm;
pub use lp_pool2d::{LpPool1d, LpPool2d};
pub use noise::{GaussianNoise, MaskingNoise, SaltAndPepper};
pub use perceptron::{Perceptron, PerceptronError, PerceptronReport};
pub use pool2d::{AvgPool1d, AvgPool2d, MaxPool1d, MaxPool2d};
pub use recurrent::{
    Cell, CellFlow, EluRnn, Forgets, GeluRnn, Gru, IdentityRnn, LeakyReluRnn, Lstm, Memory, MemoryCell, PeepholeLstm,
    Recurrent, ReluRnn, Rnn, SeluRnn, SigmoidRnn, SiluRnn, SoftplusRnn, StateActivation,
};
pub use sign::Sign;
pub use softmax::{LogSoftmax, Softmax};
pub use steps::{last, last_backward, repeat, repeat_backward};
pub use tied::TiedDense;
pub use transpose::Transpose;
pub use weighted_avg_pool2d::{WeightedAvgPool1d, WeightedAvgPool2d};
pub use window::{Flipped, Window, WindowOf, WindowSizes};
