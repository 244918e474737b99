//! What most programs use: `use plumbline::prelude::*;`.

pub use crate::{
    Batch, BatchView, Const, Element, FixedShape, Gradients, NamedNodes, Network, Parameters, Pass, Shape, Total,
    Trainable,
    data::{self, Dataset, Labels, PixelLabels, StepLabels},
    energy::ExactByVisible as _,
    io::Weights,
    network::other_words::{Eval as _, Fit as _, Predict as _, Train as _},
    train::{
        AbsoluteError, Accuracy, Adagrad, Adam, AdamW, AuxiliaryLoss, BinaryCrossEntropy, ConfusionMatrix, Constant,
        Cosine, Criterion, CrossEntropy, Exponential, F1, Hinge, Huber, Iou, L1Penalty, L2Penalty, Losses,
        MeanAbsoluteError, MeanSquaredError, Metric, NegativeLogLikelihood, OneCycle, Optimizer, RSquared,
        ReduceOnPlateau, RmsProp, RocAuc, Schedule, Sgd, SquaredError, Step, TopK, Trainer, WarmUp,
    },
};
