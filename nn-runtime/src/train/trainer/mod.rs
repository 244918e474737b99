//! Epochs, mini-batches, validation: the loop that most networks are trained by.

mod error;
mod fit;
mod history;
#[cfg(test)]
mod tests;

pub use error::TrainError;
pub use fit::Validation;
pub use history::{Epoch, Evaluation, Event, Flow, History, Stop};

use std::fmt;

use crate::train::{Schedule, metric::OnOutput};

/// Trains a network on a dataset in shuffled mini-batches, the last of an epoch short where they do not come out even.
///
/// Defaults: 1 epoch, batches of 32, seed 0, no validation, no metrics, no clipping, a constant learning rate, the last weights kept, all threads of the
/// current pool, progress shown where the error stream is a terminal. Equal seeds give equal bits, whatever the number of threads. After the
/// first, a step allocates nothing.
///
/// A network with several outputs takes [`Losses`](crate::train::Losses), a dataset whose targets are a tuple, and metrics by
/// [`metric_on`](Trainer::metric_on).
///
/// It is not the only way to train: [`Criterion::step`](crate::train::Criterion::step), or forward, loss and backward one by one, and
/// [`Optimizer::step`](crate::train::Optimizer::step) make a loop of three lines.
///
/// ```
/// use nn_runtime::{Shape, Trainable, data::{Dataset, Labels}, train::*};
/// fn learn<N>(net: &mut N, train: &Dataset<N::Input, Labels<10>>, test: &Dataset<N::Input, Labels<10>>) -> Result<History, TrainError>
/// where
///     N: Trainable<Element = f32, Input: Shape, Output = (nn_runtime::Const<10>,)>,
/// {
///     Trainer::new(Adam::new(1e-3), CrossEntropy::new())
///         .epochs(20)
///         .batch_size(64)
///         .validate(test)
///         .metric(Accuracy)
///         .schedule(Cosine::new(20))
///         .early_stopping(3)
///         .keep_best(true)
///         .fit(net, train)
/// }
/// ```
pub struct Trainer<'a, O, L, M = (), V = ()> {
    optimizer: O,
    loss: L,
    metrics: M,
    validation: V,
    options: Options,
    schedule: Option<(Box<dyn Schedule + 'a>, Clock)>,
    callbacks: Vec<Callback<'a>>,
}

/// Whether the training is to stop after an event.
type Callback<'a> = Box<dyn FnMut(&Event<'_>) -> bool + Send + 'a>;

#[derive(Clone, Copy, Debug)]
struct Options {
    epochs: usize,
    batch_size: usize,
    seed: u64,
    shuffle: bool,
    clip: Clip,
    patience: Option<usize>,
    keep_best: bool,
    threads: Option<usize>,
    progress: bool,
}

#[derive(Clone, Copy, Debug)]
enum Clip {
    Off,
    Norm(f64),
    Value(f64),
}

/// What a schedule counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Clock {
    Epochs,
    Steps,
}

impl<O, L> Trainer<'_, O, L> {
    /// A trainer with the defaults.
    pub fn new(optimizer: O, loss: L) -> Self {
        let options = Options {
            epochs: 1,
            batch_size: 32,
            seed: 0,
            shuffle: true,
            clip: Clip::Off,
            patience: None,
            keep_best: false,
            threads: None,
            progress: true,
        };
        Trainer { optimizer, loss, metrics: (), validation: (), options, schedule: None, callbacks: Vec::new() }
    }
}

impl<'a, O, L, M, V> Trainer<'a, O, L, M, V> {
    /// Sets the number of passes over the training data.
    #[must_use]
    pub fn epochs(mut self, epochs: usize) -> Self {
        self.options.epochs = epochs;
        self
    }

    /// Sets the samples of a step, at least 1.
    #[must_use]
    pub fn batch_size(mut self, samples: usize) -> Self {
        self.options.batch_size = samples;
        self
    }

    /// Sets what the order of the samples, and layers such as dropout, draw their randomness from.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.options.seed = seed;
        self
    }

    /// Whether the samples come in a new random order in each epoch; else they come in the dataset's.
    #[must_use]
    pub fn shuffle(mut self, shuffle: bool) -> Self {
        self.options.shuffle = shuffle;
        self
    }

    /// Evaluates on `data` after each epoch.
    #[must_use]
    pub fn validate<D>(self, data: &'a D) -> Trainer<'a, O, L, M, &'a D> {
        let Trainer { optimizer, loss, metrics, validation: _, options, schedule, callbacks } = self;
        Trainer { optimizer, loss, metrics, validation: data, options, schedule, callbacks }
    }

    /// Adds a metric, measured on training and validation data.
    #[must_use]
    pub fn metric<N>(self, metric: N) -> Trainer<'a, O, L, (M, N), V> {
        let Trainer { optimizer, loss, metrics, validation, options, schedule, callbacks } = self;
        Trainer { optimizer, loss, metrics: (metrics, metric), validation, options, schedule, callbacks }
    }

    /// Adds a metric of output `I` of a network with several, counted from 0: `.metric_on::<0, _>(Accuracy)`.
    #[must_use]
    pub fn metric_on<const I: usize, N>(self, metric: N) -> Trainer<'a, O, L, OnOutput<I, M, N>, V> {
        let Trainer { optimizer, loss, metrics, validation, options, schedule, callbacks } = self;
        let metrics = OnOutput::new(metrics, metric);
        Trainer { optimizer, loss, metrics, validation, options, schedule, callbacks }
    }

    /// Scales each step's gradients down to the norm `bound`, as
    /// [`Gradients::clip_norm`](crate::Gradients::clip_norm), in place of any earlier bound.
    #[must_use]
    pub fn clip_norm(mut self, bound: f64) -> Self {
        self.options.clip = Clip::Norm(bound);
        self
    }

    /// Bounds each number of each step's gradients, as [`Gradients::clip_value`](crate::Gradients::clip_value), in place of any
    /// earlier bound.
    #[must_use]
    pub fn clip_value(mut self, bound: f64) -> Self {
        self.options.clip = Clip::Value(bound);
        self
    }

    /// Sets the learning rate before each epoch.
    #[must_use]
    pub fn schedule(mut self, schedule: impl Schedule + 'a) -> Self {
        self.schedule = Some((Box::new(schedule), Clock::Epochs));
        self
    }

    /// Sets the learning rate before each step, counted over all epochs.
    #[must_use]
    pub fn schedule_steps(mut self, schedule: impl Schedule + 'a) -> Self {
        self.schedule = Some((Box::new(schedule), Clock::Steps));
        self
    }

    /// Stops once the [monitored](Epoch::monitored) loss has not fallen for `patience` epochs.
    #[must_use]
    pub fn early_stopping(mut self, patience: usize) -> Self {
        self.options.patience = Some(patience);
        self
    }

    /// Whether the network ends with the weights of the epoch with the lowest [monitored](Epoch::monitored) loss, not with the last.
    #[must_use]
    pub fn keep_best(mut self, keep: bool) -> Self {
        self.options.keep_best = keep;
        self
    }

    /// Trains on threads of its own, `count` of them, or as many as the machine has cores where it is 0.
    #[must_use]
    pub fn threads(mut self, count: usize) -> Self {
        self.options.threads = Some(count);
        self
    }

    /// Whether progress is shown on the error stream, where that is a terminal.
    #[must_use]
    pub fn progress(mut self, shown: bool) -> Self {
        self.options.progress = shown;
        self
    }

    /// Shows no progress.
    #[must_use]
    pub fn quiet(self) -> Self {
        self.progress(false)
    }

    /// Calls `f` after each step and each epoch. Where it returns a [`ControlFlow`](std::ops::ControlFlow), `Break` stops the training.
    #[must_use]
    pub fn callback<R: Flow>(mut self, mut f: impl FnMut(&Event<'_>) -> R + Send + 'a) -> Self {
        self.callbacks.push(Box::new(move |event| f(event).stops()));
        self
    }

    /// The optimizer, with all it remembers.
    pub fn optimizer(&self) -> &O {
        &self.optimizer
    }
}

impl<O: fmt::Debug, L: fmt::Debug, M: fmt::Debug, V> fmt::Debug for Trainer<'_, O, L, M, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trainer")
            .field("optimizer", &self.optimizer)
            .field("loss", &self.loss)
            .field("metrics", &self.metrics)
            .field("options", &self.options)
            .field("schedule", &self.schedule)
            .finish_non_exhaustive()
    }
}
