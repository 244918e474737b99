//! One file a layer: its options, its shape rule, its parameters. A new layer is a file here and a row in the list below.

mod activation;
mod add;
mod avg_pool2d;
mod concat;
mod conv2d;
mod dense;
mod dropout;
mod flatten;
mod init;
mod max_pool2d;
mod multiply;
mod perceptron;
mod real;
mod reshape;
mod window;

pub(crate) use activation::Activation;
pub(crate) use add::Add;
pub(crate) use avg_pool2d::AvgPool2d;
pub(crate) use concat::Concat;
pub(crate) use conv2d::Conv2d;
pub(crate) use dense::{Dense, Tied, Weight};
pub(crate) use dropout::Dropout;
pub(crate) use flatten::Flatten;
pub(crate) use init::Init;
pub(crate) use max_pool2d::MaxPool2d;
pub(crate) use multiply::Multiply;
pub(crate) use perceptron::Perceptron;
pub(crate) use real::Real;
pub(crate) use reshape::Reshape;
pub(crate) use window::Window;

use crate::shape::Shape;

/// A layer with its options resolved.
#[derive(Clone, Debug)]
pub(crate) enum Layer {
    Activation(Activation),
    Add(Add),
    AvgPool2d(AvgPool2d),
    Concat(Concat),
    Conv2d(Conv2d),
    Dense(Dense),
    Dropout(Dropout),
    Flatten(Flatten),
    MaxPool2d(MaxPool2d),
    Multiply(Multiply),
    Perceptron(Perceptron),
    Reshape(Reshape),
}

/// A tensor that a layer learns.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Parameter {
    /// PyTorch's name for it: `weight`, `bias`.
    pub(crate) name: &'static str,
    /// In PyTorch's order of axes; up to four.
    pub(crate) shape: Shape,
}

impl Layer {
    /// The layer's parameters, given the shapes it takes.
    pub(crate) fn parameters(&self, takes: &[Shape]) -> Vec<Parameter> {
        match self {
            Self::Conv2d(layer) => layer.parameters(&takes[0]),
            Self::Dense(layer) => layer.parameters(&takes[0]),
            Self::Perceptron(_) => Perceptron::parameters(&takes[0]),
            _ => Vec::new(),
        }
    }
}
