//! A network written by hand, as the macro would write it, to test training without the macro.

use crate::{
    Const, Element, Network, Parameters, Trainable,
    layers::{Dense, Identity, Init, Tanh},
    network::{
        LayerInfo, Part, Plan, Rows, RowsRef, Tensor, TensorMut, Total, Whole, generator, learned_products, tensor,
        tensor_mut,
    },
};

pub(crate) type Input = (Const<2>,);
type Hidden = (Const<8>,);
pub(crate) type Output = (Const<3>,);

/// `network! { Mlp: [2] -> [3] { hidden: dense(8), tanh; output: dense(3); } }`
#[derive(Clone, Debug)]
pub(crate) struct Mlp<E: Element> {
    pub(crate) hidden: Dense<Const<2>, Const<8>, E>,
    pub(crate) output: Dense<Const<8>, Const<3>, E>,
}

impl<E: Element> Parameters<E> for Mlp<E> {
    fn tensors(&self) -> usize {
        self.hidden.tensors() + self.output.tensors()
    }

    fn tensor(&self, index: usize) -> Tensor<'_, E> {
        tensor(&[("hidden", &self.hidden), ("output", &self.output)], index)
    }

    fn tensor_mut(&mut self, index: usize) -> TensorMut<'_, E> {
        tensor_mut([("hidden", &mut self.hidden), ("output", &mut self.output)], index)
    }
}

impl<E: Element> Network for Mlp<E> {
    type Element = E;
    type Input = Input;
    type Output = Output;
    type OutputKind = crate::network::output::Unknown;
    type Inputs<'a> = [RowsRef<'a, E>; 1];
    type Kept<'a> = [Rows<'a, E>; 5];

    const NAME: &'static str = "Mlp";
    const LAYERS: &'static [LayerInfo] = &[
        LayerInfo {
            name: "hidden",
            kind: "dense, tanh",
            inputs: &[&[2]],
            output: &[8],
            parameters: 24,
            // Enough for the batches of the tests to be worth several threads.
            flops: 40_000,
            receptive_fields: &[],
        },
        LayerInfo {
            name: "output",
            kind: "dense",
            inputs: &[&[8]],
            output: &[3],
            parameters: 27,
            flops: 51,
            receptive_fields: &[],
        },
    ];
    const PLAN: Plan<'static> =
        Plan { inputs: &[2], outputs: 1, kept: &[3, 8, 3, 2, 8], forward_kept: 2, part: 16, ..Plan::EMPTY };

    fn initialized(seed: u64) -> Self {
        let rng = &mut generator(seed);
        let init = Init::XavierNormal;
        Mlp { hidden: Dense::new(init, true, rng), output: Dense::new(init, true, rng) }
    }

    fn infer_part(&self, part: &mut Part<'_, Self>) {
        self.forward_part(part);
    }
}

impl<E: Element> Total for Mlp<E> {}

impl<E: Element> Trainable for Mlp<E> {
    fn zeroed(&self) -> Self {
        Mlp { hidden: self.hidden.zeroed(), output: self.output.zeroed() }
    }

    fn forward_part(&self, part: &mut Part<'_, Self>) {
        let [x] = part.inputs;
        let [y, h, ..] = &mut part.kept;
        self.hidden.forward(x.view::<Input>(), h.view_mut::<Hidden>(), Tanh);
        self.output.forward(h.view::<Hidden>(), y.view_mut::<Output>(), Identity);
    }

    fn backward_part<const INPUTS: bool>(&self, part: &mut Part<'_, Self>, _: &mut [E]) {
        let [y, h, d_y, d_x, d_h] = &mut part.kept;
        self.output.backward(y.view::<Output>(), d_y.view_mut::<Output>(), Some(d_h.view_mut::<Hidden>()), Identity);
        let d_x = INPUTS.then(|| d_x.view_mut::<Input>());
        self.hidden.backward(h.view::<Hidden>(), d_h.view_mut::<Hidden>(), d_x, Tanh);
    }

    fn finish(&self, whole: Whole<'_, Self>, gradients: &mut Self) {
        let ([x], [_, h, d_y, _, d_h]) = (whole.inputs, &whole.kept);
        let products = [
            gradients.output.product(h.view::<Hidden>(), d_y.view::<Output>()),
            gradients.hidden.product(x.view::<Input>(), d_h.view::<Hidden>()),
        ];
        let [hidden, output] = whole.learned.split([&self.hidden, &self.output]);
        learned_products(products, [output, hidden]);
    }
}
