//! What most programs use: `use plumbline::prelude::*;`.

pub use crate::{
    Batch, BatchView, Const, Element, FixedShape, Gradients, Network, Parameters, Pass, Shape, Total, Trainable,
    data::{self, Dataset, Labels, StepLabels},
    energy::ExactByVisible as _,
    io::Weights,
    train::{
        AbsoluteError, Accuracy, Adagrad, Adam, AdamW, BinaryCrossEntropy, ConfusionMatrix, Criterion, CrossEntropy,
        Hinge, Huber, Losses, MeanSquaredError, NegativeLogLikelihood, Optimizer, RSquared, RmsProp, Sgd, SquaredError,
        TopK, Trainer,
    },
};
