//! What most programs use: `use plumbline::prelude::*;`.

pub use crate::{
    Batch, BatchView, Const, Element, Gradients, Network, Parameters, Pass, Shape, Trainable,
    data::{self, Dataset, Labels},
    io::Weights,
    train::{
        AbsoluteError, Adagrad, Adam, AdamW, BinaryCrossEntropy, Criterion, CrossEntropy, Hinge, Huber,
        MeanSquaredError, NegativeLogLikelihood, Optimizer, RmsProp, Sgd, SquaredError,
    },
};
