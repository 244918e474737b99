//! The machine as a network of one layer, so that it can be trained, saved and checked as any other.

use crate::{
    Element, Network, Shape, Trainable,
    energy::{Hidden, Rbm, Visible},
    layers::Init,
    network::{LayerInfo, Part, Plan, Rows, RowsRef, Total, Whole, generator, output::Unknown, products},
    shape::FixedDimension,
};

// Where some type is no network, this one is no help.
#[diagnostic::do_not_recommend]
impl<I: FixedDimension, N: FixedDimension, V: Visible, H: Hidden, E: Element> Network for Rbm<I, N, V, H, E> {
    type Element = E;
    type Input = V::Input<I>;
    type Output = H::Output<N>;
    type OutputKind = Unknown;
    type Inputs<'a> = [RowsRef<'a, E>; 1];
    type Kept<'a> = [Rows<'a, E>; 3];

    const NAME: &'static str = "Rbm";
    const LAYERS: &'static [LayerInfo] = &[LayerInfo {
        name: "rbm",
        kind: "rbm",
        inputs: const { &[<V::Input<I> as Shape>::DIMS] },
        output: <H::Output<N> as Shape>::DIMS,
        parameters: Self::HIDDEN * Self::VISIBLE + Self::HIDDEN + Self::VISIBLE * if V::VARIANCES { 2 } else { 1 },
        flops: (2 * Self::HIDDEN * Self::VISIBLE + 2 * Self::HIDDEN) as u64,
        receptive_fields: &[],
    }];
    const PLAN: Plan<'static> = Plan {
        inputs: const { &[Self::VISIBLE] },
        outputs: 1,
        kept: const { &[Self::HIDDEN, Self::HIDDEN, Self::VISIBLE] },
        forward_kept: 1,
        part: 32,
        ..Plan::EMPTY
    };

    /// Weights are normal with the standard deviation 0.01, as Hinton (2010) advises.
    fn initialized(seed: u64) -> Self {
        Rbm::new(Init::Normal(0.01), &mut generator(seed))
    }

    fn infer_part(&self, part: &mut Part<'_, Self>) {
        self.forward_part(part);
    }
}

#[diagnostic::do_not_recommend]
impl<I: FixedDimension, N: FixedDimension, V: Visible, H: Hidden, E: Element> Total for Rbm<I, N, V, H, E> {}

#[diagnostic::do_not_recommend]
impl<I: FixedDimension, N: FixedDimension, V: Visible, H: Hidden, E: Element> Trainable for Rbm<I, N, V, H, E> {
    fn zeroed(&self) -> Self {
        Rbm::zeroed(self)
    }

    fn forward_part(&self, part: &mut Part<'_, Self>) {
        let ([v], [y, ..]) = (part.inputs, &mut part.kept);
        self.forward(v.view::<V::Input<I>>(), y.view_mut::<H::Output<N>>());
    }

    fn backward_part<const INPUTS: bool>(&self, part: &mut Part<'_, Self>, _: &mut [E]) {
        let [y, d_y, d_v] = &mut part.kept;
        let d_v = INPUTS.then(|| d_v.view_mut::<V::Input<I>>());
        self.backward(y.view::<H::Output<N>>(), d_y.view_mut::<H::Output<N>>(), d_v);
    }

    fn finish(&self, whole: Whole<'_, Self>, gradients: &mut Self) {
        if !whole.learned.any() {
            return;
        }
        let ([v], [_, d_y, _]) = (whole.inputs, &whole.kept);
        products([gradients.product(v.view::<V::Input<I>>(), d_y.view::<H::Output<N>>())]);
        Rbm::finish(self, gradients);
    }
}
