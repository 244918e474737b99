//! How a layer is trained as an autoencoder.

use crate::{
    Element, Shape,
    layers::{self, GaussianNoise, MaskingNoise, SaltAndPepper},
    network::{Random, View, ViewMut},
};

/// How a `dense` layer is pretrained: as the encoder h = a(W x̃ + b) of an autoencoder whose decoder x̂ = Wᵀ h + c has the same weight, to give the inputs x back
/// from inputs x̃ that may be corrupted. c is forgotten afterwards.
///
/// Defaults: 10 epochs, batches of 100, Adam with a learning rate of 10⁻³, no corruption, squared error, seed 0, progress shown where the error stream is a
/// terminal.
///
/// ```
/// use plumbline::train::{Autoencoding, Corruption, Reconstruction};
/// let training = Autoencoding::new()
///     .epochs(5)
///     .corruption(Corruption::Masking(0.3))
///     .reconstruction(Reconstruction::CrossEntropy);
/// # let _ = training;
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Autoencoding {
    pub(super) epochs: usize,
    pub(super) batch_size: usize,
    pub(super) learning_rate: f64,
    pub(super) corruption: Corruption,
    pub(super) reconstruction: Reconstruction,
    pub(super) seed: u64,
    pub(super) progress: bool,
}

/// What is done to the inputs of a denoising autoencoder, anew in each step. The aim stays the clean input (Vincent and others, 2008).
///
/// ```
/// use plumbline::train::Corruption;
/// assert_eq!(Corruption::default(), Corruption::None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Corruption {
    /// Nothing.
    #[default]
    None,
    /// Each number becomes 0 with this probability.
    Masking(f64),
    /// Normal noise of this standard deviation is added to each number.
    Normal(f64),
    /// Each number becomes 0 or 1, either with half of this probability.
    SaltAndPepper(f64),
}

/// What an autoencoder makes small, as a mean over all numbers.
///
/// ```
/// use plumbline::train::Reconstruction;
/// assert_eq!(Reconstruction::default(), Reconstruction::SquaredError);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reconstruction {
    /// (x − x̂)², for inputs of any size.
    #[default]
    SquaredError,
    /// −x ln σ(x̂) − (1 − x) ln(1 − σ(x̂)), for inputs from 0 to 1.
    CrossEntropy,
}

impl Autoencoding {
    /// The defaults.
    pub fn new() -> Self {
        Autoencoding {
            epochs: 10,
            batch_size: 100,
            learning_rate: 1e-3,
            corruption: Corruption::None,
            reconstruction: Reconstruction::SquaredError,
            seed: 0,
            progress: true,
        }
    }

    /// Sets the number of passes over the data.
    #[must_use]
    pub fn epochs(self, epochs: usize) -> Self {
        Autoencoding { epochs, ..self }
    }

    /// Sets the samples of a batch, at least 1.
    #[must_use]
    pub fn batch_size(self, batch_size: usize) -> Self {
        Autoencoding { batch_size, ..self }
    }

    /// Sets the learning rate of Adam.
    #[must_use]
    pub fn learning_rate(self, learning_rate: f64) -> Self {
        Autoencoding { learning_rate, ..self }
    }

    /// Sets what is done to the inputs.
    #[must_use]
    pub fn corruption(self, corruption: Corruption) -> Self {
        Autoencoding { corruption, ..self }
    }

    /// Sets what is made small.
    #[must_use]
    pub fn reconstruction(self, reconstruction: Reconstruction) -> Self {
        Autoencoding { reconstruction, ..self }
    }

    /// Sets what the order of the samples and the corruption are drawn from.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Autoencoding { seed, ..self }
    }

    /// Shows no progress.
    #[must_use]
    pub fn quiet(self) -> Self {
        Autoencoding { progress: false, ..self }
    }
}

impl Default for Autoencoding {
    fn default() -> Self {
        Autoencoding::new()
    }
}

impl Corruption {
    /// The option and what it may be, where it has no meaning.
    pub(super) fn fault(self) -> Option<(&'static str, f64)> {
        match self {
            Corruption::None => None,
            Corruption::Masking(p) | Corruption::SaltAndPepper(p) if (0.0..=1.0).contains(&p) => None,
            Corruption::Normal(deviation) if (0.0..f64::INFINITY).contains(&deviation) => None,
            Corruption::Masking(p) | Corruption::SaltAndPepper(p) => Some(("a probability from 0 to 1", p)),
            Corruption::Normal(deviation) => Some(("finite and not negative", deviation)),
        }
    }

    /// x̃ of a part of a batch whose first sample has the index `first`, by the layers of that name.
    pub(super) fn forward<S: Shape, E: Element>(
        self,
        x: View<'_, S, E>,
        corrupted: ViewMut<'_, S, E>,
        random: Random,
        first: usize,
    ) {
        match self {
            Corruption::None => layers::copy(x, corrupted),
            Corruption::Masking(p) => MaskingNoise { p }.forward(x, corrupted, random, first),
            Corruption::Normal(sd) => GaussianNoise { sd }.forward(x, corrupted, random, first),
            Corruption::SaltAndPepper(p) => SaltAndPepper { p }.forward(x, corrupted, random, first),
        }
    }

    /// The gradient with respect to x in place of that with respect to x̃.
    pub(super) fn backward<S: Shape, E: Element>(self, d: ViewMut<'_, S, E>, random: Random, first: usize) {
        match self {
            Corruption::None => {}
            Corruption::Masking(p) => MaskingNoise { p }.backward(d, random, first),
            Corruption::Normal(sd) => GaussianNoise { sd }.backward(d, random, first),
            Corruption::SaltAndPepper(p) => SaltAndPepper { p }.backward(d, random, first),
        }
    }
}
