//! A machine as the layers of an autoencoder.

use ndarray::{ArrayView1, ArrayView2};

use crate::{
    Element,
    energy::{Rbm, units::Bernoulli},
    layers::{Dense, Init, TiedDense},
    network::generator,
    shape::FixedDimension,
};

/// A stack of machines, each trained on the hidden means of the one before, becomes a deep autoencoder: the encoders in order, then the decoders in reverse (Hinton
/// and Salakhutdinov, Reducing the dimensionality of data with neural networks, 2006). All parameters are divided by the temperature.
///
/// ```
/// use plumbline::{Const, energy::Rbm, layers::Init, prelude::*};
/// use rand::{SeedableRng, rngs::StdRng};
/// network! {
///     Autoencoder: [16] -> [16] {
///         encoder: dense(4), sigmoid;
///         decoder: dense(16, tied = encoder), sigmoid;
///     }
/// }
/// let machine: Rbm<Const<16>, Const<4>> = Rbm::new(Init::Normal(0.1), &mut StdRng::seed_from_u64(1));
/// let mut net = Autoencoder::new(1);
/// (net.encoder, net.decoder) = (machine.encoder(), machine.tied_decoder());
/// let v = Batch::zeros(1);
/// assert_eq!(net.forward(&v).as_slice(), machine.reconstruct(&v).as_slice());
/// ```
impl<I: FixedDimension, N: FixedDimension, E: Element> Rbm<I, N, Bernoulli, Bernoulli, E> {
    /// p(h = 1 | v) = σ(W v + c) as a layer: the weight and the hidden biases. Behind it belongs `sigmoid`.
    pub fn encoder(&self) -> Dense<I, N, E> {
        self.dense(self.weight(), self.hidden_bias())
    }

    /// p(v = 1 | h) = σ(Wᵀ h + b) as a layer with a weight of its own: the transposed weight and the visible biases. Behind it belongs `sigmoid`.
    pub fn decoder(&self) -> Dense<N, I, E> {
        self.dense(self.weight().reversed_axes(), self.visible_bias())
    }

    /// The same as a layer that is tied to [`encoder`](Rbm::encoder): the visible biases.
    pub fn tied_decoder(&self) -> TiedDense<N, I, E> {
        let mut decoder = TiedDense::new(true);
        decoder.bias_mut().assign(&self.visible_bias());
        let t = E::from_f64(self.temperature());
        decoder.bias_mut().mapv_inplace(|x| x / t);
        decoder
    }

    fn dense<A: FixedDimension, B: FixedDimension>(
        &self,
        weight: ArrayView2<'_, E>,
        bias: ArrayView1<'_, E>,
    ) -> Dense<A, B, E> {
        let t = E::from_f64(self.temperature());
        let mut dense = Dense::new(Init::Zeros, true, &mut generator(0));
        dense.weight_mut().assign(&weight);
        dense.weight_mut().mapv_inplace(|x| x / t);
        dense.bias_mut().assign(&bias);
        dense.bias_mut().mapv_inplace(|x| x / t);
        dense
    }
}
