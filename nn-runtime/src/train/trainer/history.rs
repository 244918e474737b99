//! What a training leaves behind, and what it tells while it runs.

use std::{fmt, ops::ControlFlow};

use crate::train::metric::MetricValue;

/// The loss and the metrics of a network on a dataset.
///
/// ```
/// use plumbline::train::{Evaluation, metric::MetricValue};
/// let accuracy = MetricValue { name: "accuracy".into(), value: 0.975, report: None };
/// let evaluation = Evaluation { loss: 0.25, metrics: vec![accuracy] };
/// assert_eq!(evaluation.metric("accuracy"), Some(0.975));
/// assert_eq!(evaluation.to_string(), "loss 0.2500  accuracy 0.9750");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// The mean loss; of several outputs, the weighted sum of their mean losses.
    pub loss: f64,
    /// The metrics, in the order in which the trainer got them; of several outputs, behind the mean loss of each without its weight, as in
    /// `loss of class`.
    pub metrics: Vec<MetricValue>,
}

impl Evaluation {
    /// The metric of this name, if there is one.
    pub fn metric(&self, name: &str) -> Option<f64> {
        self.metrics.iter().find(|metric| metric.name == name).map(|metric| metric.value)
    }
}

impl fmt::Display for Evaluation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "loss {:.4}", self.loss)?;
        self.metrics.iter().try_for_each(|metric| write!(f, "  {metric}"))
    }
}

/// One pass over the training data.
///
/// ```
/// use plumbline::train::{Epoch, Evaluation};
/// let training = Evaluation { loss: 0.5, metrics: vec![] };
/// let epoch = Epoch { number: 3, training, validation: None, rate: 0.1, seconds: 2.0, samples_per_second: 500.0 };
/// assert_eq!(epoch.to_string(), "epoch 3  loss 0.5000  500 samples/s");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Epoch {
    /// The number of the epoch, from 1, counted over all trainings by the trainer.
    pub number: usize,
    /// On the training data, batch by batch: each before the step that it leads to, so while the network changes.
    pub training: Evaluation,
    /// On the validation data after the epoch, where there are any.
    pub validation: Option<Evaluation>,
    /// The learning rate of the last step.
    pub rate: f64,
    /// The time that training took, without the validation.
    pub seconds: f64,
    /// Training samples over that time.
    pub samples_per_second: f64,
}

impl Epoch {
    /// The loss that early stopping and the best weights go by: the validation's, or the training's where there is none.
    pub fn monitored(&self) -> f64 {
        self.validation.as_ref().unwrap_or(&self.training).loss
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "epoch {}  {}", self.number, self.training)?;
        if let Some(validation) = &self.validation {
            write!(f, "  validation {validation}")?;
        }
        write!(f, "  {:.0} samples/s", self.samples_per_second)
    }
}

/// Why a training ended.
///
/// ```
/// use plumbline::train::Stop;
/// assert_eq!(Stop::EarlyStopping.to_string(), "the loss no longer fell");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stop {
    /// All epochs are done.
    #[default]
    Epochs,
    /// The monitored loss did not fall for as many epochs as early stopping waits.
    EarlyStopping,
    /// A callback asked for it.
    Callback,
    /// A loss, a gradient or a parameter left the finite numbers: the history is that of a [`TrainError`](crate::train::TrainError).
    Diverged,
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Stop::Epochs => "all epochs are done",
            Stop::EarlyStopping => "the loss no longer fell",
            Stop::Callback => "a callback stopped it",
            Stop::Diverged => "the training left the finite numbers",
        })
    }
}

/// The epochs of a training. Prints one line an epoch.
///
/// ```
/// use plumbline::train::{History, Stop};
/// let history = History { epochs: vec![], best: None, stop: Stop::Epochs };
/// assert!(history.last().is_none());
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// The epochs in order. Those of a second training by the same trainer are numbered on.
    pub epochs: Vec<Epoch>,
    /// The index in `epochs` of the one with the lowest monitored loss; `None` where all losses are NaN, or there is no epoch.
    pub best: Option<usize>,
    /// Why the training ended.
    pub stop: Stop,
}

impl History {
    /// The last epoch.
    pub fn last(&self) -> Option<&Epoch> {
        self.epochs.last()
    }

    /// The epoch with the lowest [monitored](Epoch::monitored) loss.
    pub fn best(&self) -> Option<&Epoch> {
        self.epochs.get(self.best?)
    }
}

impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.epochs.iter().try_for_each(|epoch| writeln!(f, "{epoch}"))?;
        write!(f, "{}", self.stop)
    }
}

/// What a callback is told.
///
/// ```
/// use plumbline::train::Event;
/// fn watch(event: &Event<'_>) {
///     if let Event::Epoch(epoch) = event {
///         println!("{epoch}");
///     }
/// }
/// watch(&Event::Step { epoch: 1, step: 1, steps: 10, loss: 2.3, rate: 0.1 });
/// ```
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// A mini-batch was trained on.
    Step {
        /// The epoch, from 1.
        epoch: usize,
        /// The step in the epoch, from 1.
        step: usize,
        /// The steps of an epoch.
        steps: usize,
        /// The mini-batch's loss, before the step.
        loss: f64,
        /// The learning rate of the step.
        rate: f64,
    },
    /// An epoch, with its validation, is done.
    Epoch(&'a Epoch),
}

/// What a callback may return: `()` to go on in any case, or a [`ControlFlow`] whose `Break` stops the training.
///
/// ```
/// use plumbline::train::Flow;
/// assert!(!().stops());
/// assert!(std::ops::ControlFlow::Break(()).stops());
/// ```
pub trait Flow {
    /// Whether to stop.
    fn stops(self) -> bool;
}

impl Flow for () {
    fn stops(self) -> bool {
        false
    }
}

impl Flow for ControlFlow<()> {
    fn stops(self) -> bool {
        self.is_break()
    }
}
