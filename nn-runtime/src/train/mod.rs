//! Training: losses, optimizers, schedules, metrics, and the trainer that brings them together.

mod accumulate;
pub mod adversarial;
mod clip;
mod gradient_check;
pub mod loss;
pub mod metric;
pub mod optimizer;
mod outputs;
pub mod pretraining;
mod progress;
mod real_steps;
pub mod schedule;
#[cfg(test)]
pub(crate) mod testing;
mod trainer;

pub use adversarial::{
    Adversarial, AdversarialEpoch, AdversarialError, AdversarialEvent, AdversarialHistory, Examples, GeneratorLoss,
    GivesLogits, MeetsGenerator, Noise, NoiseShape, OneLogit,
};
pub use clip::GradientError;
pub use gradient_check::{GradientCheck, GradientEntry, GradientReport, gradient_check};
pub use loss::{
    AbsoluteError, AuxiliaryLoss, BinaryCrossEntropy, Criterion, CrossEntropy, Hinge, Huber, L1Penalty, L2Penalty,
    Loss, LossError, Losses, MeanSquaredError, NegativeLogLikelihood, Objective, SparsityPenalty, SquaredError,
    SumOverSteps,
};
pub use metric::{
    Accuracy, Confusion, ConfusionMatrix, F1, Iou, MeanAbsoluteError, Metric, PerSample, RSquared, RocAuc, TopK,
};
pub use optimizer::{Adagrad, Adam, AdamW, Elementwise, Optimizer, OptimizerError, RmsProp, RuleStep, Sgd, UpdateRule};
pub use outputs::{OutputAt, TupleOf};
pub use pretraining::{
    Autoencoding, Corruption, First, Follows, LayerError, PretrainError, PretrainReport, PretrainedLayer, Pretraining,
    Reconstruction, TrainsRbm,
};
pub(crate) use progress::Progress;
pub(crate) use schedule::Scheduled;
pub use schedule::{Constant, Cosine, Exponential, OneCycle, ReduceOnPlateau, Schedule, Step, WarmUp};
pub(crate) use trainer::Patience;
pub use trainer::{
    Augmenting, Epoch, Evaluation, Event, Flow, History, Hooks, OfLayer, Stop, TrainError, Trainer, Validation,
    Watching,
};
