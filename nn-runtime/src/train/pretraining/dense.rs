//! A `dense` layer of a plan, as an autoencoder.

use std::sync::{Arc, Mutex};

use super::{
    Autoencoding, PretrainedLayer, Reconstruction,
    autoencoder::{Autoencoder, Encodes},
    error::LayerError,
    step::{Field, Step},
};
use crate::{
    Batch, Element, Network,
    data::Dataset,
    layers::{Activation, Dense, TiedDense},
    network::{View, ViewMut},
    shape::FixedDimension,
    train::{Adam, BinaryCrossEntropy, Event, MeanSquaredError, TrainError, Trainer},
};

pub(super) struct DenseStep<N, L, A> {
    pub(super) field: Field<N, L>,
    pub(super) activation: A,
    pub(super) training: Autoencoding,
}

impl<N, I, O, A> Step<N> for DenseStep<N, Dense<I, O, N::Element>, A>
where
    N: Network,
    I: FixedDimension,
    O: FixedDimension,
    A: Encodes<N::Element>,
{
    fn train(
        self: Box<Self>,
        net: &mut N,
        x: Vec<N::Element>,
        samples: usize,
        outputs: bool,
    ) -> Result<(PretrainedLayer, Vec<N::Element>), LayerError> {
        let DenseStep { field, activation, training } = *self;
        if let Some((expected, found)) = training.corruption.fault() {
            return Err(TrainError::Option { option: "corruption", expected, found }.into());
        }
        let layer = field(net);
        let clean = Batch::<(I,), N::Element>::from_vec(x);
        let clean = clean.map_err(|source| TrainError::Shape { set: "training", source })?;
        // Each sample is its own target.
        let data = Dataset::from(clean);
        let decoder = TiedDense::new(true);
        let Autoencoding { corruption, .. } = training;
        let mut autoencoder = Autoencoder { encoder: layer.clone(), decoder, activation, corruption };
        let errors = train(&mut autoencoder, &data, &training)?;
        *layer = autoencoder.encoder;
        let mut codes = Vec::new();
        if outputs {
            codes.resize(samples * O::SIZE, N::Element::from_f64(0.0));
            encode(layer, data.inputs().as_slice(), &mut codes, activation);
        }
        let layer = PretrainedLayer { number: 0, kind: "dense", inputs: I::SIZE, outputs: O::SIZE, errors };
        Ok((layer, codes))
    }
}

/// Trains an autoencoder, and gives its reconstruction error after each epoch.
fn train<I, O, A, E>(
    autoencoder: &mut Autoencoder<I, O, A, E>,
    data: &Dataset<(I,), Batch<(I,), E>, E>,
    training: &Autoencoding,
) -> Result<Vec<f64>, TrainError>
where
    I: FixedDimension,
    O: FixedDimension,
    A: Encodes<E>,
    E: Element,
{
    let clean = data.inputs();
    let sigmoid = training.reconstruction == Reconstruction::CrossEntropy;
    let errors = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&errors);
    let watch = move |event: &Event<'_>, net: &Autoencoder<I, O, A, E>| {
        if let Event::Epoch(_) = event
            && let Ok(mut errors) = told.lock()
        {
            errors.push(reconstruction_error(net, clean, sigmoid));
        }
    };
    let adam = Adam::new(training.learning_rate);
    if sigmoid {
        training.set(Trainer::new(adam, BinaryCrossEntropy::new())).watch(watch).fit(autoencoder, data)
    } else {
        training.set(Trainer::new(adam, MeanSquaredError)).watch(watch).fit(autoencoder, data)
    }?;
    let errors = errors.lock().map(|errors| errors.clone());
    Ok(errors.unwrap_or_default())
}

impl Autoencoding {
    /// A trainer with these options.
    fn set<'a, E, L>(&self, trainer: Trainer<'a, Adam<E>, L>) -> Trainer<'a, Adam<E>, L> {
        trainer.epochs(self.epochs).batch_size(self.batch_size).seed(self.seed).progress(self.progress)
    }
}

/// The mean squared difference of a number and its reconstruction, over the first 1000 samples at most.
fn reconstruction_error<I, O, A, E>(net: &Autoencoder<I, O, A, E>, clean: &Batch<(I,), E>, sigmoid: bool) -> f64
where
    I: FixedDimension,
    O: FixedDimension,
    A: Encodes<E>,
    E: Element,
{
    let some = clean.rows(0..clean.samples().min(1000)).to_batch();
    let given = net.forward(&some);
    let given = if sigmoid { given.sigmoid() } else { given };
    let squares = some.as_slice().iter().zip(given.as_slice()).map(|(x, y)| (x.as_f64() - y.as_f64()).powi(2));
    squares.sum::<f64>() / some.as_slice().len() as f64
}

/// h = a(W x + b) of every sample.
fn encode<I, O, A, E>(layer: &Dense<I, O, E>, x: &[E], h: &mut [E], a: A)
where
    I: FixedDimension,
    O: FixedDimension,
    A: Activation<E>,
    E: Element,
{
    /// Rows at a time, to stay in cache.
    const ROWS: usize = 64;
    for (x, h) in x.chunks(ROWS * I::SIZE).zip(h.chunks_mut(ROWS * O::SIZE)) {
        let rows = x.len() / I::SIZE;
        layer.forward::<(I,), (O,), A>(View::new(x, rows, rows), ViewMut::new(h, rows, rows), a);
    }
}
