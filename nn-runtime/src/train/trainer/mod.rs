//! Epochs, mini-batches, validation: the loop that most networks are trained by.

mod checks;
mod error;
mod fit;
mod history;
mod hooks;
mod past;
#[cfg(test)]
mod tests;

pub use error::TrainError;
pub use fit::Validation;
pub use history::{Epoch, Evaluation, Event, Flow, History, Stop};
pub use hooks::{Augmenting, Hooks, OfLayer, Watching};

use std::{fmt, marker::PhantomData};

use rand::rngs::StdRng;

use crate::{
    Element,
    train::{Optimizer, Schedule, Scheduled, metric::OnOutput},
};
use past::Past;
pub(crate) use past::Patience;

/// Trains a network on a dataset in shuffled mini-batches, the last of an epoch short where they do not come out even.
///
/// Defaults: 1 epoch, batches of 32, seed 0, no validation, no metrics, no clipping, a constant learning rate, the last weights kept, all threads of the
/// current pool, progress shown where the error stream is a terminal. Equal seeds give equal bits, whatever the number of threads. After the
/// first, a step allocates nothing.
///
/// A trainer goes on where it stopped: a second [`fit`](Trainer::fit) numbers its epochs on, and the schedule, the optimizer, early stopping, the lowest loss
/// and the random numbers go on. Two trainings of 5 epochs are one of 10, bit for bit. [`restart`](Trainer::restart) begins anew: call it before
/// another network is trained.
///
/// A network with several inputs takes a dataset whose inputs are a tuple; one with several outputs takes [`Losses`](crate::train::Losses), a dataset whose
/// targets are a tuple, and metrics by [`metric_on`](Trainer::metric_on).
///
/// It is not the only way to train: [`Criterion::step`](crate::train::Criterion::step), or forward, loss and backward one by one, and
/// [`Optimizer::step`](crate::train::Optimizer::step) make a loop of three lines.
///
/// ```
/// use plumbline::{Shape, Trainable, data::{Dataset, Labels}, network::output::Numbers, train::*};
/// fn learn<N>(net: &mut N, train: &Dataset<N::Input, Labels<10>>, test: &Dataset<N::Input, Labels<10>>) -> Result<History, TrainError>
/// where
///     N: Trainable<Element = f32, Input: Shape, Output = (plumbline::Const<10>,), OutputKind = Numbers>,
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
pub struct Trainer<'a, O, L, M = (), V = (), H = ()> {
    optimizer: O,
    loss: L,
    metrics: M,
    validation: V,
    hooks: H,
    options: Options,
    schedule: Option<(Scheduled<'a>, Clock)>,
    callbacks: Vec<Callback<'a>>,
    past: Past,
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
    accumulate: usize,
    patience: Option<usize>,
    min_delta: f64,
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
            accumulate: 1,
            patience: None,
            min_delta: 0.0,
            keep_best: false,
            threads: None,
            progress: true,
        };
        Trainer {
            optimizer,
            loss,
            metrics: (),
            validation: (),
            hooks: (),
            options,
            schedule: None,
            callbacks: Vec::new(),
            past: Past::default(),
        }
    }
}

impl<'a, O, L, M, V, H> Trainer<'a, O, L, M, V, H> {
    /// Sets the number of passes over the training data in each [`fit`](Trainer::fit); 0 change nothing.
    #[must_use]
    pub fn epochs(mut self, epochs: usize) -> Self {
        self.options.epochs = epochs;
        self
    }

    /// Sets the samples of a batch, at least 1.
    #[must_use]
    pub fn batch_size(mut self, samples: usize) -> Self {
        self.options.batch_size = samples;
        self
    }

    /// Takes a step for every `batches` batches, at least 1, by the gradient of the mean over all their samples: that of one batch of as many samples up to
    /// rounding, in the memory of a small one. Where the batches of an epoch do not come out even, the last step is over the rest. A
    /// [`BatchNorm`](crate::layers::BatchNorm) normalizes each batch on its own.
    #[must_use]
    pub fn accumulate(mut self, batches: usize) -> Self {
        self.options.accumulate = batches;
        self
    }

    /// Sets what the order of the samples, layers such as dropout, and [`augment`](Trainer::augment) draw their randomness from, which then begins anew.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.options.seed = seed;
        self.past.forget_order();
        self.past.passes = 0;
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
    pub fn validate<D>(self, data: &'a D) -> Trainer<'a, O, L, M, &'a D, H> {
        self.with(|metrics, _, hooks| (metrics, data, hooks))
    }

    /// Adds a metric, measured on training and validation data.
    #[must_use]
    pub fn metric<N>(self, metric: N) -> Trainer<'a, O, L, (M, N), V, H> {
        self.with(|metrics, validation, hooks| ((metrics, metric), validation, hooks))
    }

    /// Adds a metric of output `I` of a network with several, counted from 0: `.metric_on::<0, _>(Accuracy)`.
    #[must_use]
    pub fn metric_on<const I: usize, N>(self, metric: N) -> Trainer<'a, O, L, OnOutput<I, M, N>, V, H> {
        self.with(|metrics, validation, hooks| (OnOutput::new(metrics, metric), validation, hooks))
    }

    /// The same trainer with other metrics, validation data or hooks.
    fn with<A, B, C>(self, change: impl FnOnce(M, V, H) -> (A, B, C)) -> Trainer<'a, O, L, A, B, C> {
        let Trainer { optimizer, loss, metrics, validation, hooks, options, schedule, callbacks, past } = self;
        let (metrics, validation, hooks) = change(metrics, validation, hooks);
        Trainer { optimizer, loss, metrics, validation, hooks, options, schedule, callbacks, past }
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

    /// Sets the learning rate before each epoch, counted over all trainings by this trainer.
    #[must_use]
    pub fn schedule(mut self, schedule: impl Schedule + Clone + 'a) -> Self {
        self.schedule = Some((Scheduled::new(schedule), Clock::Epochs));
        self
    }

    /// Sets the learning rate before each step, counted over all epochs.
    #[must_use]
    pub fn schedule_steps(mut self, schedule: impl Schedule + Clone + 'a) -> Self {
        self.schedule = Some((Scheduled::new(schedule), Clock::Steps));
        self
    }

    /// Stops once the [monitored](Epoch::monitored) loss has not fallen for `patience` epochs. A loss of NaN has not fallen.
    #[must_use]
    pub fn early_stopping(mut self, patience: usize) -> Self {
        self.options.patience = Some(patience);
        self
    }

    /// Sets what a loss must fall by, below the last one that early stopping took for lower, to be lower itself: C < C₀ − `delta`, 0 unless set.
    #[must_use]
    pub fn min_delta(mut self, delta: f64) -> Self {
        self.options.min_delta = delta;
        self
    }

    /// Whether the network ends with the weights of the epoch with the lowest [monitored](Epoch::monitored) loss, not with the last; also where the training
    /// ends with an error. An epoch whose loss is NaN is never the best. A second training goes on from there: where none of its epochs has a lower loss, the
    /// network ends with the weights that it began with.
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

    /// Calls `f` after each step and each epoch, as [`callback`](Trainer::callback), with the network as it is then: to save it, to measure it, to look at its
    /// weights. The closure names the network's type.
    ///
    /// ```
    /// use plumbline::{Network, Parameters, train::*};
    /// fn watched<N: Network<Element = f32>>() -> Trainer<'static, Adam, CrossEntropy, (), (), impl Sized> {
    ///     Trainer::new(Adam::new(1e-3), CrossEntropy::new()).watch(|event, net: &N| {
    ///         if let Event::Epoch(epoch) = event {
    ///             let squares = net.parameters().flat_map(|tensor| tensor.values).map(|w| w * w);
    ///             println!("{epoch}  ‖θ‖ {}", squares.sum::<f32>().sqrt());
    ///         }
    ///     })
    /// }
    /// ```
    #[must_use]
    pub fn watch<N, R: Flow, F>(self, f: F) -> Trainer<'a, O, L, M, V, Watching<H, N, F, R>>
    where
        F: FnMut(&Event<'_>, &N) -> R + Send,
    {
        self.with(|metrics, validation, rest| (metrics, validation, Watching { rest, f, types: PhantomData }))
    }

    /// Calls `f` with the batch of each step of training before the step: for noise, flips, shifts, mixed samples. What it draws from the generator that it
    /// gets depends on the [seed](Trainer::seed) and the step alone, so equal seeds give equal bits on any number of threads. Validation data stay as they are.
    ///
    /// ```
    /// use plumbline::{Network, Shape, data::{DataOf, Labels}, train::*};
    /// use rand::RngExt;
    /// /// Adds noise to every input.
    /// fn noisy<N: Network<Element = f32, Input: Shape>>() -> Trainer<'static, Adam, CrossEntropy, (), (), impl Sized> {
    ///     Trainer::new(Adam::new(1e-3), CrossEntropy::new()).augment(|batch: &mut DataOf<N, Labels<10>>, rng| {
    ///         batch.inputs_mut().iter_mut().for_each(|x| *x += rng.random_range(-0.1..0.1));
    ///     })
    /// }
    /// ```
    #[must_use]
    pub fn augment<D, F>(self, f: F) -> Trainer<'a, O, L, M, V, Augmenting<H, F>>
    where
        F: FnMut(&mut D, &mut StdRng) + Send,
    {
        self.with(|metrics, validation, rest| (metrics, validation, Augmenting { rest, f }))
    }

    /// Freezes a layer, or a network inside the network, for the trainings by this trainer, as [`Gradients::freeze`](crate::Gradients::freeze): it keeps its
    /// bits, whatever the optimizer, and costs no gradient of its parameters. The closure names the network's type.
    ///
    /// ```
    /// use plumbline::{Network, train::*};
    /// /// The network as it is, with everything frozen; of a larger one, `|net: &LeNet5| &net.conv1`.
    /// fn frozen<N: Network<Element = f32>>() -> Trainer<'static, Adam, CrossEntropy, (), (), impl Sized> {
    ///     Trainer::new(Adam::new(1e-3), CrossEntropy::new()).freeze(|net: &N| net)
    /// }
    /// ```
    #[must_use]
    pub fn freeze<N, P, F>(self, layer: F) -> Trainer<'a, O, L, M, V, OfLayer<H, N, P, F>>
    where
        F: for<'n> Fn(&'n N) -> &'n P + Send,
    {
        self.of_layer(layer, None)
    }

    /// Multiplies the learning rate by `factor` for a layer, or for a network inside the network, as
    /// [`Gradients::scale_learning_rate`](crate::Gradients::scale_learning_rate). The closure names the network's type. A factor that is negative, infinite or
    /// NaN is an error of [`fit`](Trainer::fit).
    ///
    /// ```
    /// use plumbline::{Network, train::*};
    /// /// A tenth of the rate for all layers; of a larger network, for one: `|net: &LeNet5| &net.conv1`.
    /// fn careful<N: Network<Element = f32>>() -> Trainer<'static, Adam, CrossEntropy, (), (), impl Sized> {
    ///     Trainer::new(Adam::new(1e-3), CrossEntropy::new()).scale_learning_rate(|net: &N| net, 0.1)
    /// }
    /// ```
    #[must_use]
    pub fn scale_learning_rate<N, P, F>(self, layer: F, factor: f64) -> Trainer<'a, O, L, M, V, OfLayer<H, N, P, F>>
    where
        F: for<'n> Fn(&'n N) -> &'n P + Send,
    {
        self.of_layer(layer, Some(factor))
    }

    fn of_layer<N, P, F>(self, layer: F, factor: Option<f64>) -> Trainer<'a, O, L, M, V, OfLayer<H, N, P, F>> {
        self.with(|metrics, validation, rest| {
            (metrics, validation, OfLayer { rest, layer, factor, types: PhantomData })
        })
    }

    /// Begins anew: the next training starts with epoch 1, with the schedule, the optimizer, early stopping, the lowest loss and the random numbers as at
    /// first. The options, and the network, stay as they are.
    ///
    /// ```
    /// use plumbline::{Shape, Trainable, data::{DataOf, Labels}, network::output::Numbers, train::*};
    /// /// A network for each part of the data, each trained from the beginning.
    /// fn learn<N>(nets: &mut [N], parts: &[DataOf<N, Labels<10>>]) -> Result<(), TrainError>
    /// where
    ///     N: Trainable<Element = f32, Input: Shape, Output = (plumbline::Const<10>,), OutputKind = Numbers>,
    /// {
    ///     let mut trainer = Trainer::new(Adam::new(1e-3), CrossEntropy::new()).epochs(5).schedule(Cosine::new(5));
    ///     for (net, part) in nets.iter_mut().zip(parts) {
    ///         trainer.restart();
    ///         trainer.fit(net, part)?;
    ///     }
    ///     Ok(())
    /// }
    /// ```
    pub fn restart<E: Element>(&mut self)
    where
        O: Optimizer<E>,
    {
        self.optimizer.restart();
        self.past = Past::default();
        if let Some((schedule, _)) = &mut self.schedule {
            schedule.restart();
        }
    }

    /// The optimizer, with all it remembers.
    pub fn optimizer(&self) -> &O {
        &self.optimizer
    }
}

impl<O: fmt::Debug, L: fmt::Debug, M: fmt::Debug, V, H> fmt::Debug for Trainer<'_, O, L, M, V, H> {
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
