//! The network that a `dense` layer is pretrained in, written by hand, as the macro would write it.

use crate::{
    Element, Network, Parameters, Trainable,
    layers::{Activation, Dense, Identity, Init, TiedDense},
    network::{
        LayerInfo, Part, Plan, Rows, RowsRef, Tensor, TensorMut, Total, Whole, generator, learned_products, operations,
        output, products, tensor, tensor_mut,
    },
    shape::FixedDimension,
    train::Corruption,
};

/// The activation of an encoder.
pub trait Encodes<E: Element>: Activation<E> + Default + std::fmt::Debug + 'static {}

impl<A: Activation<E> + Default + std::fmt::Debug + 'static, E: Element> Encodes<E> for A {}

/// x̂ = Wᵀ a(W x̃ + b) + c; in inference x̃ is x.
#[derive(Debug)]
pub(super) struct Autoencoder<I: FixedDimension, O: FixedDimension, A, E: Element> {
    pub(super) encoder: Dense<I, O, E>,
    pub(super) decoder: TiedDense<O, I, E>,
    pub(super) activation: A,
    pub(super) corruption: Corruption,
}

// Derived, it would ask the same of the sizes, of which no value exists.
impl<I: FixedDimension, O: FixedDimension, A: Copy, E: Element> Clone for Autoencoder<I, O, A, E> {
    fn clone(&self) -> Self {
        let &Autoencoder { ref encoder, ref decoder, activation, corruption } = self;
        Autoencoder { encoder: encoder.clone(), decoder: decoder.clone(), activation, corruption }
    }
}

impl<I: FixedDimension, O: FixedDimension, A, E: Element> Parameters<E> for Autoencoder<I, O, A, E> {
    fn tensors(&self) -> usize {
        self.encoder.tensors() + self.decoder.tensors()
    }

    fn tensor(&self, index: usize) -> Tensor<'_, E> {
        tensor(&[("encoder", &self.encoder), ("decoder", &self.decoder)], index)
    }

    fn tensor_mut(&mut self, index: usize) -> TensorMut<'_, E> {
        tensor_mut([("encoder", &mut self.encoder), ("decoder", &mut self.decoder)], index)
    }
}

impl<I, O, A, E> Network for Autoencoder<I, O, A, E>
where
    I: FixedDimension,
    O: FixedDimension,
    A: Encodes<E>,
    E: Element,
{
    type Element = E;
    type Input = (I,);
    type Output = (I,);
    type OutputKind = output::Numbers;
    type Inputs<'a> = [RowsRef<'a, E>; 1];
    type Kept<'a> = [Rows<'a, E>; 6];

    const NAME: &'static str = "Autoencoder";
    const LAYERS: &'static [LayerInfo] = &[
        LayerInfo {
            name: "encoder",
            kind: "dense",
            inputs: &[&[I::SIZE]],
            output: &[O::SIZE],
            parameters: I::SIZE * O::SIZE + O::SIZE,
            flops: operations(&[&[2, I::SIZE, O::SIZE], &[2, O::SIZE]]),
            receptive_fields: &[],
        },
        LayerInfo {
            name: "decoder",
            kind: "dense",
            inputs: &[&[O::SIZE]],
            output: &[I::SIZE],
            parameters: I::SIZE,
            flops: operations(&[&[2, I::SIZE, O::SIZE], &[I::SIZE]]),
            receptive_fields: &[],
        },
    ];
    const PLAN: Plan<'static> = Plan {
        inputs: &[I::SIZE],
        outputs: 1,
        // The output, the code and the corrupted input; the gradients with respect to the output, the input and the code.
        kept: &[I::SIZE, O::SIZE, I::SIZE, I::SIZE, I::SIZE, O::SIZE],
        forward_kept: 3,
        part: 64,
        ..Plan::EMPTY
    };

    fn initialized(seed: u64) -> Self {
        let encoder = Dense::new(Init::XavierNormal, true, &mut generator(seed));
        Autoencoder { encoder, decoder: TiedDense::new(true), activation: A::default(), corruption: Corruption::None }
    }

    fn infer_part(&self, part: &mut Part<'_, Self>) {
        let [x] = part.inputs;
        let [y, h, ..] = &mut part.kept;
        self.encoder.forward(x.view::<(I,)>(), h.view_mut::<(O,)>(), self.activation);
        self.decoder.forward(&self.encoder, h.view::<(O,)>(), y.view_mut::<(I,)>(), Identity);
    }
}

impl<I: FixedDimension, O: FixedDimension, A: Encodes<E>, E: Element> Total for Autoencoder<I, O, A, E> {}

impl<I: FixedDimension, O: FixedDimension, A: Encodes<E>, E: Element> Trainable for Autoencoder<I, O, A, E> {
    fn zeroed(&self) -> Self {
        let &Autoencoder { ref encoder, ref decoder, activation, corruption } = self;
        Autoencoder { encoder: encoder.zeroed(), decoder: decoder.zeroed(), activation, corruption }
    }

    fn forward_part(&self, part: &mut Part<'_, Self>) {
        let [x] = part.inputs;
        let [y, h, corrupted, ..] = &mut part.kept;
        let random = part.random.layer(0);
        self.corruption.forward(x.view::<(I,)>(), corrupted.view_mut::<(I,)>(), random, part.first);
        self.encoder.forward(corrupted.view::<(I,)>(), h.view_mut::<(O,)>(), self.activation);
        self.decoder.forward(&self.encoder, h.view::<(O,)>(), y.view_mut::<(I,)>(), Identity);
    }

    fn backward_part<const INPUTS: bool>(&self, part: &mut Part<'_, Self>, _: &mut [E]) {
        let [y, h, _, d_y, d_x, d_h] = &mut part.kept;
        let d_code = Some(d_h.view_mut::<(O,)>());
        self.decoder.backward(&self.encoder, y.view::<(I,)>(), d_y.view_mut::<(I,)>(), d_code, Identity);
        let d_input = INPUTS.then(|| d_x.view_mut::<(I,)>());
        self.encoder.backward(h.view::<(O,)>(), d_h.view_mut::<(O,)>(), d_input, self.activation);
        if INPUTS {
            self.corruption.backward(d_x.view_mut::<(I,)>(), part.random.layer(0), part.first);
        }
    }

    fn finish(&self, whole: Whole<'_, Self>, gradients: &mut Self) {
        let [_, h, corrupted, d_y, _, d_h] = &whole.kept;
        let Autoencoder { encoder, decoder, .. } = gradients;
        let [of_encoder, of_decoder] = whole.learned.split([&self.encoder, &self.decoder]);
        learned_products([encoder.product(corrupted.view::<(I,)>(), d_h.view::<(O,)>())], [of_encoder]);
        // The weight of the encoder gets what the decoder has to say of it, too.
        let learned = [of_encoder, of_decoder];
        products([decoder.product(encoder, h.view::<(O,)>(), d_y.view::<(I,)>(), learned)]);
    }
}
