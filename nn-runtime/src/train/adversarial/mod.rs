//! Adversarial training: a generator and a discriminator that train each other.

mod error;
mod examples;
mod fit;
mod generator_loss;
mod history;
mod meets;
mod noise;

pub use error::AdversarialError;
pub use examples::{Examples, ExamplesRef};
pub use generator_loss::GeneratorLoss;
pub use history::{AdversarialEpoch, AdversarialEvent, AdversarialHistory};
pub use meets::{GivesLogits, MeetsGenerator, NoiseShape, OneLogit};
pub use noise::Noise;

use rand::rngs::StdRng;

use crate::{
    Batch, Element, Network, Shape, Trainable,
    network::generator as random_generator,
    train::{Adam, Flow, Optimizer, Schedule, Scheduled},
};

/// Trains a generator G and a discriminator D against each other: min over G, max over D of
///
/// V(D, G) = E[ln D(x)] + E[ln(1 − D(G(z)))],
///
/// where x comes from the data, z is noise, and D(x) is the probability that x is real. D's network gives its logit, `[1]`: D(x) = σ(logit).
///
/// The algorithm: k times, draw m samples of the data and m of the noise and let D ascend the gradient of V; then draw m samples of the noise anew and let G
/// descend that of its [loss](GeneratorLoss). An epoch is one pass over the data by the steps of D. A step of G borrows D as shared, so it cannot change it.
///
/// G gives what D takes; a pair that does not meet does not compile. With a second input each, the networks are conditional: G takes `(noise, condition)`, D
/// `(sample, condition)`, and the data are a tuple of batches. A generated sample has the condition of the real one that it stands beside.
///
/// Defaults: 1 epoch, batches of 64, k = 1, normal noise, the non-saturating loss, no label smoothing, [`Adam`] with a learning rate of 2·10⁻⁴ and β₁ = 0.5 for
/// both (Radford, Metz and Chintala, 2016), seed 0, progress shown where the error stream is a terminal. Equal seeds give equal bits, whatever the number of
/// threads. After the first, a step allocates nothing. Both networks run as in training, dropout and batch statistics included; each batch of D, real or
/// generated, has statistics of its own. The running statistics of a [`BatchNorm`](crate::layers::BatchNorm) move in a step of its own network, D's twice.
///
/// A second [`fit`](Adversarial::fit) goes on where the first one stopped; [`restart`](Adversarial::restart) begins anew.
///
/// Source: Goodfellow and others, Generative Adversarial Nets, 2014; the notes' section "Adversarial Training algorithm".
///
/// ```
/// use plumbline::{Batch, Const, Network, network, train::*};
/// network! { Generator: [2] -> [1] { hidden: dense(8), relu; out: dense(1); } }
/// network! { Discriminator: [1] -> [1] { hidden: dense(8), leaky_relu(0.2); out: dense(1); } }
/// let data = Batch::<(Const<1>,)>::from_vec((0..256).map(|i| 3.0 + i as f32 / 256.0).collect())?;
/// let mut gan = Adversarial::new(Generator::new(1), Discriminator::new(2)).epochs(2).batch_size(32).quiet();
/// let history = gan.fit(&data)?;
/// assert_eq!(history.epochs.len(), 2);
/// let samples = gan.generator().forward(&gan.noise(5, 7));
/// assert_eq!(samples.samples(), 5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Adversarial<'a, G: Network, D, OG = Adam<<G as Network>::Element>, OD = Adam<<G as Network>::Element>> {
    generator: G,
    discriminator: D,
    generator_optimizer: OG,
    discriminator_optimizer: OD,
    schedules: [Option<Scheduled<'a>>; 2],
    options: Options,
    callbacks: Vec<Callback<'a, G, D>>,
    past: Past,
}

/// Whether the training is to stop after an epoch.
type Callback<'a, G, D> = Box<dyn FnMut(&AdversarialEvent<'_, G, D>) -> bool + Send + 'a>;

#[derive(Clone, Copy, Debug)]
struct Options {
    epochs: usize,
    batch_size: usize,
    discriminator_steps: usize,
    noise: Noise,
    loss: GeneratorLoss,
    label_smoothing: f64,
    shown: usize,
    seed: u64,
    threads: Option<usize>,
    progress: bool,
}

/// Where a training stopped, so that the next one goes on there.
#[derive(Debug, Default)]
struct Past {
    epochs: usize,
    /// The steps of the discriminator.
    steps: usize,
    /// The passes of training of the generator and the discriminator, which layers draw from.
    passes: [u64; 2],
    order: Vec<usize>,
    /// What orders are drawn from.
    random: Option<StdRng>,
    /// What noise is drawn from.
    noise: Option<StdRng>,
}

impl<G, D> Adversarial<'_, G, D>
where
    G: Trainable<Output: Shape>,
    D: Trainable<Element = G::Element>,
{
    /// A pair with the defaults.
    pub fn new(generator: G, discriminator: D) -> Self
    where
        D::Input: MeetsGenerator<G::Input, G::Output>,
        D::Output: OneLogit,
        D::OutputKind: GivesLogits<D>,
    {
        let options = Options {
            epochs: 1,
            batch_size: 64,
            discriminator_steps: 1,
            noise: Noise::Normal,
            loss: GeneratorLoss::NonSaturating,
            label_smoothing: 0.0,
            shown: 64,
            seed: 0,
            threads: None,
            progress: true,
        };
        let adam = || Adam::new(2e-4).betas(0.5, 0.999);
        Adversarial {
            generator,
            discriminator,
            generator_optimizer: adam(),
            discriminator_optimizer: adam(),
            schedules: [None, None],
            options,
            callbacks: Vec::new(),
            past: Past::default(),
        }
    }
}

impl<'a, G: Network, D, OG, OD> Adversarial<'a, G, D, OG, OD> {
    /// Sets the optimizers of the generator and of the discriminator.
    #[must_use]
    pub fn optimizers<PG, PD>(self, generator: PG, discriminator: PD) -> Adversarial<'a, G, D, PG, PD>
    where
        PG: Optimizer<G::Element>,
        PD: Optimizer<G::Element>,
    {
        Adversarial {
            generator: self.generator,
            discriminator: self.discriminator,
            generator_optimizer: generator,
            discriminator_optimizer: discriminator,
            schedules: self.schedules,
            options: self.options,
            callbacks: self.callbacks,
            past: self.past,
        }
    }

    /// Sets the learning rates of the generator and of the discriminator before each epoch, counted over all trainings by this pair.
    #[must_use]
    pub fn schedules(
        mut self,
        generator: impl Schedule + Clone + 'a,
        discriminator: impl Schedule + Clone + 'a,
    ) -> Self {
        self.schedules = [Some(Scheduled::new(generator)), Some(Scheduled::new(discriminator))];
        self
    }

    /// Sets the number of passes over the data in each [`fit`](Adversarial::fit).
    #[must_use]
    pub fn epochs(mut self, epochs: usize) -> Self {
        self.options.epochs = epochs;
        self
    }

    /// Sets m, the samples of a batch, at least 1.
    #[must_use]
    pub fn batch_size(mut self, samples: usize) -> Self {
        self.options.batch_size = samples;
        self
    }

    /// Sets k, the steps of the discriminator for each step of the generator, at least 1.
    #[must_use]
    pub fn discriminator_steps(mut self, steps: usize) -> Self {
        self.options.discriminator_steps = steps;
        self
    }

    /// Sets the distribution of the noise z.
    #[must_use]
    pub fn noise_distribution(mut self, noise: Noise) -> Self {
        self.options.noise = noise;
        self
    }

    /// Sets what the generator descends.
    #[must_use]
    pub fn loss(mut self, loss: GeneratorLoss) -> Self {
        self.options.loss = loss;
        self
    }

    /// Sets ε, from 0 to below 1, of one-sided label smoothing: D is taught that real samples are real with the probability 1 − ε. Generated ones stay at 0
    /// (Salimans and others, 2016). V is reported without it.
    #[must_use]
    pub fn label_smoothing(mut self, epsilon: f64) -> Self {
        self.options.label_smoothing = epsilon;
        self
    }

    /// Sets how many samples callbacks see, 64 unless set; of a conditional pair at most as many as the data have, with their conditions.
    #[must_use]
    pub fn callback_samples(mut self, samples: usize) -> Self {
        self.options.shown = samples;
        self
    }

    /// Sets what the order of the samples, the noise and layers such as dropout draw their randomness from, which then begins anew.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.options.seed = seed;
        let Past { epochs, steps, .. } = self.past;
        self.past = Past { epochs, steps, ..Past::default() };
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

    /// Calls `f` after each epoch, with samples of the generator from the same noise each time. Where it returns a
    /// [`ControlFlow`](std::ops::ControlFlow), `Break` stops the training.
    ///
    /// ```
    /// use plumbline::{network, train::*};
    /// network! { Generator: [2] -> [3] { out: dense(3); } }
    /// network! { Discriminator: [3] -> [1] { out: dense(1); } }
    /// let gan = Adversarial::new(Generator::new(1), Discriminator::new(2))
    ///     .callback_samples(4)
    ///     .callback(|event: &AdversarialEvent<'_, Generator, Discriminator>| {
    ///         println!("{}  first sample {:?}", event.epoch, event.samples.sample(0));
    ///     });
    /// # let _ = gan;
    /// ```
    #[must_use]
    pub fn callback<R: Flow>(mut self, mut f: impl FnMut(&AdversarialEvent<'_, G, D>) -> R + Send + 'a) -> Self {
        self.callbacks.push(Box::new(move |event| f(event).stops()));
        self
    }

    /// Forgets all trainings: the next one begins at epoch 1 with the first random numbers, fresh optimizers and schedules. The networks keep their weights.
    pub fn restart(&mut self)
    where
        OG: Optimizer<G::Element>,
        OD: Optimizer<G::Element>,
    {
        self.past = Past::default();
        self.generator_optimizer.restart();
        self.discriminator_optimizer.restart();
        self.schedules.iter_mut().flatten().for_each(Scheduled::restart);
    }

    /// The generator.
    pub fn generator(&self) -> &G {
        &self.generator
    }

    /// The discriminator.
    pub fn discriminator(&self) -> &D {
        &self.discriminator
    }

    /// The generator and the discriminator.
    pub fn into_networks(self) -> (G, D) {
        (self.generator, self.discriminator)
    }

    /// Noise for the generator, as in training: `gan.generator().forward(&gan.noise(64, seed))` gives 64 samples. Equal seeds give equal noise.
    ///
    /// # Panics
    ///
    /// Where memory cannot hold them, as [`Batch::zeros`].
    pub fn noise(&self, samples: usize, seed: u64) -> Batch<NoiseShape<G, D>, G::Element>
    where
        D: Network,
        D::Input: MeetsGenerator<G::Input, G::Output>,
    {
        let mut noise = Batch::zeros(samples);
        self.options.noise.fill(noise.as_mut_slice(), &mut random_generator(seed));
        noise
    }
}

impl<G, D, OG, OD> std::fmt::Debug for Adversarial<'_, G, D, OG, OD>
where
    G: Network + std::fmt::Debug,
    D: std::fmt::Debug,
    OG: std::fmt::Debug,
    OD: std::fmt::Debug,
{
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Adversarial")
            .field("generator", &self.generator)
            .field("discriminator", &self.discriminator)
            .field("optimizers", &(&self.generator_optimizer, &self.discriminator_optimizer))
            .field("schedules", &self.schedules)
            .field("options", &self.options)
            .field("callbacks", &self.callbacks.len())
            .finish_non_exhaustive()
    }
}

/// ln σ(a), which is ln D for the logit `a`, and −∞ at −∞ only.
fn ln_sigmoid<E: Element>(logit: E) -> f64 {
    let a = logit.as_f64();
    a.min(0.0) - (-a.abs()).exp().ln_1p()
}
