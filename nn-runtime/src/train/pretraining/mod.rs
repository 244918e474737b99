//! Greedy layer-by-layer pretraining of a network.

mod autoencoder;
mod autoencoding;
mod dense;
mod error;
mod meets;
mod report;
mod step;
#[cfg(test)]
mod tests;

pub use autoencoding::{Autoencoding, Corruption, Reconstruction};
pub use error::{LayerError, PretrainError};
pub use meets::{First, Follows};
pub use report::{PretrainReport, PretrainedLayer};
pub use step::TrainsRbm;

use std::{marker::PhantomData, ops::Deref};

use crate::{
    Batch, Network, Shape,
    energy::{Hidden, Rbm, Visible},
    layers::Dense,
    shape::{Dimension, FixedDimension},
};
use autoencoder::Encodes;
use dense::DenseStep;
use step::{RbmStep, Step};

/// Greedy layer-by-layer pretraining: each layer learns to describe what the layers before it give, from the first to the last, without targets. Afterwards the
/// same network is trained as a whole, by a [`Trainer`](crate::train::Trainer).
///
/// A [`dense`](Pretraining::dense) layer is trained as the encoder of an [autoencoder](Autoencoding) of one hidden layer, with the transposed weight as its decoder;
/// an [`rbm`](Pretraining::rbm) layer by any training of restricted Boltzmann machines. The plan names each layer by a field of the network and follows its order;
/// a plan whose layers do not meet does not compile. Layers that are not in the plan, such as the last one, stay as they are.
///
/// Sources: Hinton, Osindero and Teh, A fast learning algorithm for deep belief nets, 2006; Bengio and others, Greedy layer-wise training of deep networks, 2007;
/// Vincent and others, Stacked denoising autoencoders, 2010.
///
/// ```
/// use plumbline::{energy::ContrastiveDivergence, layers::Sigmoid, prelude::*, train::{Autoencoding, Pretraining}};
/// network! {
///     Deep: [16] -> [4] {
///         first: dense(12), sigmoid;
///         second: rbm(8);
///         logits: dense(4);
///     }
/// }
/// let mut net = Deep::new(1);
/// let data = Batch::<(Const<16>,)>::from_vec((0..640).map(|i| f32::from(i % 7 < 3)).collect())?;
/// let report = Pretraining::<Deep>::new()
///     .dense(|net| &mut net.first, Sigmoid, Autoencoding::new().epochs(2).quiet())
///     .rbm(|net| &mut net.second, ContrastiveDivergence::new(1).epochs(2).quiet())
///     .fit(&mut net, &data)?;
/// assert_eq!(report.layers.len(), 2);
/// println!("{report}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Pretraining<N: Network, I = First, O = First> {
    steps: Vec<Box<dyn Step<N>>>,
    callbacks: Vec<Callback>,
    /// The numbers that the first layer takes, and those that the last one gives.
    sizes: PhantomData<fn(I) -> O>,
}

/// What is called after each layer.
type Callback = Box<dyn FnMut(&PretrainedLayer) + Send>;

impl<N: Network> Pretraining<N> {
    /// A plan without layers.
    pub fn new() -> Self {
        Pretraining { steps: Vec::new(), callbacks: Vec::new(), sizes: PhantomData }
    }
}

impl<N: Network> Default for Pretraining<N> {
    fn default() -> Self {
        Pretraining::new()
    }
}

impl<N: Network, F: 'static, P: 'static> Pretraining<N, F, P> {
    /// The plan with one more layer at its end: a `dense` layer and the activation behind it in the network. It takes the activations whose derivative follows from
    /// their output, such as `Sigmoid`, `Tanh` and `Relu` of [`layers`](crate::layers).
    #[must_use]
    pub fn dense<I, O, A>(
        self,
        field: impl Fn(&mut N) -> &mut Dense<I, O, N::Element> + Send + 'static,
        activation: A,
        training: Autoencoding,
    ) -> Pretraining<N, P::First, O>
    where
        P: Follows<I, F>,
        I: FixedDimension,
        O: FixedDimension,
        A: Encodes<N::Element>,
    {
        self.with(Box::new(DenseStep { field: Box::new(field), activation, training }))
    }

    /// The plan with one more layer at its end: an `rbm` layer, trained by [`ContrastiveDivergence`](crate::energy::ContrastiveDivergence) or
    /// [`MaximumLikelihood`](crate::energy::MaximumLikelihood). Its visible units must be able to have the numbers that the layers before give: those of `sigmoid` or
    /// of another Bernoulli machine for Bernoulli units.
    #[must_use]
    pub fn rbm<I, O, V, H, T>(
        self,
        field: impl Fn(&mut N) -> &mut Rbm<I, O, V, H, N::Element> + Send + 'static,
        training: T,
    ) -> Pretraining<N, P::First, O>
    where
        P: Follows<I, F>,
        I: FixedDimension,
        O: FixedDimension,
        V: Visible<Input<I> = (I,)>,
        H: Hidden,
        T: TrainsRbm<I, O, V, H, N::Element> + 'static,
    {
        self.with(Box::new(RbmStep { field: Box::new(field), training: Some(training) }))
    }

    fn with<I, O>(mut self, step: Box<dyn Step<N>>) -> Pretraining<N, I, O> {
        self.steps.push(step);
        Pretraining { steps: self.steps, callbacks: self.callbacks, sizes: PhantomData }
    }

    /// Calls `f` after each layer.
    #[must_use]
    pub fn callback(mut self, f: impl FnMut(&PretrainedLayer) + Send + 'static) -> Self {
        self.callbacks.push(Box::new(f));
        self
    }
}

impl<N: Network, I: Dimension, O: Dimension> Pretraining<N, I, O> {
    /// Trains the layers of `net` one after the other on `data`, whose samples have as many numbers as the first layer takes, in any shape.
    ///
    /// # Errors
    ///
    /// [`PretrainError`] names the layer and what its training has against it: data without samples or with NaN, options without a meaning, a training that leaves the
    /// finite numbers. The layer that failed is as it was before its training; those before it are trained.
    pub fn fit<S, D>(self, net: &mut N, data: &Batch<S, N::Element, D>) -> Result<PretrainReport, PretrainError>
    where
        S: Shape,
        D: Deref<Target = [N::Element]>,
    {
        const {
            assert!(
                S::LEN == I::SIZE,
                "a sample of the data must have as many numbers as the first layer of the plan takes"
            )
        };
        let Pretraining { steps, mut callbacks, .. } = self;
        let mut report = PretrainReport::default();
        let mut x = data.as_slice().to_vec();
        let count = steps.len();
        for (index, step) in steps.into_iter().enumerate() {
            let number = index + 1;
            let trained = step.train(net, x, data.samples(), number < count);
            let (mut layer, outputs) = trained.map_err(|source| PretrainError { layer: number, source })?;
            layer.number = number;
            callbacks.iter_mut().for_each(|callback| callback(&layer));
            report.layers.push(layer);
            x = outputs;
        }
        Ok(report)
    }
}

impl<N: Network, I, O> std::fmt::Debug for Pretraining<N, I, O> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pretraining of {} layers of {}", self.steps.len(), N::NAME)
    }
}
