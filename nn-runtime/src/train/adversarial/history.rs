//! What an adversarial training tells.

use std::fmt;

use crate::{BatchView, Network, Shape, train::Stop};

/// One pass over the data. All figures are means over the epoch's batches, each from before the step that it leads to.
///
/// ```
/// use plumbline::train::AdversarialEpoch;
/// let epoch = AdversarialEpoch {
///     number: 3, value: -1.35, real_score: 0.52, fake_score: 0.48, discriminator_loss: 1.35, generator_loss: 0.75,
///     learning_rates: [2e-4, 2e-4], seconds: 2.0, samples_per_second: 500.0,
/// };
/// assert_eq!(epoch.to_string(), "epoch 3  V -1.3500  D(x) 0.5200  D(G(z)) 0.4800  loss of D 1.3500, of G 0.7500  500 samples/s");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct AdversarialEpoch {
    /// The number of the epoch, from 1, counted over all trainings by the pair.
    pub number: usize,
    /// V(D, G) = E[ln D(x)] + E[ln(1 − D(G(z)))] in nats. −ln 4 ≈ −1.386 where D cannot tell the two apart, 0 where it is never wrong.
    pub value: f64,
    /// The mean of D(x) over real samples.
    pub real_score: f64,
    /// The mean of D(G(z)) over generated ones, in the steps of D.
    pub fake_score: f64,
    /// The mean loss of D: −V, but for label smoothing.
    pub discriminator_loss: f64,
    /// The mean loss of G; NaN in an epoch without a step of G.
    pub generator_loss: f64,
    /// The learning rates of the generator and of the discriminator.
    pub learning_rates: [f64; 2],
    /// The time that training took.
    pub seconds: f64,
    /// Real samples over that time.
    pub samples_per_second: f64,
}

impl fmt::Display for AdversarialEpoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "epoch {}  V {:.4}  D(x) {:.4}", self.number, self.value, self.real_score)?;
        write!(f, "  D(G(z)) {:.4}  loss of D {:.4}", self.fake_score, self.discriminator_loss)?;
        write!(f, ", of G {:.4}  {:.0} samples/s", self.generator_loss, self.samples_per_second)
    }
}

/// The epochs of an adversarial training. Prints one line an epoch.
///
/// ```
/// use plumbline::train::{AdversarialHistory, Stop};
/// let history = AdversarialHistory { epochs: vec![], stop: Stop::Epochs };
/// assert_eq!(history.to_string(), "all epochs are done");
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AdversarialHistory {
    /// The epochs in order. Those of a second training by the same pair are numbered on.
    pub epochs: Vec<AdversarialEpoch>,
    /// Why the training ended.
    pub stop: Stop,
}

impl AdversarialHistory {
    /// The last epoch.
    pub fn last(&self) -> Option<&AdversarialEpoch> {
        self.epochs.last()
    }
}

impl fmt::Display for AdversarialHistory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.epochs.iter().try_for_each(|epoch| writeln!(f, "{epoch}"))?;
        write!(f, "{}", self.stop)
    }
}

/// What a callback is told after an epoch.
///
/// ```
/// use plumbline::{Network, train::AdversarialEvent};
/// fn watch<G: Network, D>(event: &AdversarialEvent<'_, G, D>) {
///     println!("{}", event.epoch);
/// }
/// ```
pub struct AdversarialEvent<'a, G: Network, D> {
    /// The epoch.
    pub epoch: &'a AdversarialEpoch,
    /// The generator.
    pub generator: &'a G,
    /// The discriminator.
    pub discriminator: &'a D,
    /// Samples of the generator in inference, from the same noise after each epoch of a training.
    pub samples: BatchView<'a, G::Output, G::Element>,
}

impl<G: Network<Output: Shape> + fmt::Debug, D: fmt::Debug> fmt::Debug for AdversarialEvent<'_, G, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AdversarialEvent")
            .field("epoch", self.epoch)
            .field("samples", &self.samples)
            .finish_non_exhaustive()
    }
}
