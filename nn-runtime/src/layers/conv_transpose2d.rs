//! y = a(x ∗ᵀ W + b) over images.

use std::fmt;

use ndarray::{ArrayView1, ArrayView4, ArrayViewMut1, ArrayViewMut4};
use rand::Rng;

use crate::{
    Element, Shape,
    kernels::sum,
    layers::{Activation, Conv2d, Init, WindowSizes, activation, weight_and_bias::weight_and_bias},
    network::{View, ViewMut},
    shape::{Const, Dimension},
};

/// The transpose of a convolution: y (o, i · stride + h − padding, j · stride + w − padding) is the sum of
/// x (c, i, j) · W (c, o, h, w) over all c, i, j, h and w that lead there, plus b (o), under an [`Activation`] chosen at the call.
///
/// `In` = (C, H, W) → `Out` = (K, H′, W′), H′ = (H − 1) · stride − 2 · padding + kernel + output padding, with the kernel, stride and
/// padding of the [`Window`](crate::layers::Window) `W`; the output padding follows from `Out`. With `G` groups, an output takes the
/// C / G channels of its group alone. `weight` is [C, K / G, kernel height, kernel width] and `bias` \[K\], as PyTorch's
/// `ConvTranspose2d`. It is the gradient of a [`Conv2d`] from `Out` to `In` with respect to its input (Dumoulin and Visin, A guide to
/// convolution arithmetic for deep learning, 2016, section 4).
///
/// ```
/// use plumbline::{Const, layers::{ConvTranspose2d, Identity, Init, Window}, network::abi::{View, ViewMut}};
/// use rand::{SeedableRng, rngs::StdRng};
/// type In = (Const<1>, Const<1>, Const<2>);
/// type Out = (Const<1>, Const<2>, Const<4>);
/// let mut conv = ConvTranspose2d::<In, Out, Window<2, 2, 2, 2, 0, 0, 1, 1>, Const<1>, f64>::new(
///     Init::Zeros, true, &mut StdRng::seed_from_u64(42));
/// conv.weight_mut().assign(&ndarray::array![[[[1.0, 2.0], [3.0, 4.0]]]]);
/// conv.bias_mut()[0] = 0.5;
/// let mut y = [0.0; 8];
/// conv.forward(View::new(&[1.0, 10.0], 1, 1), ViewMut::new(&mut y, 1, 1), Identity);
/// assert_eq!(y, [1.5, 2.5, 10.5, 20.5, 3.5, 4.5, 30.5, 40.5]);
/// ```
pub struct ConvTranspose2d<In, Out, W, G = Const<1>, E = f32> {
    /// The convolution that this is the transpose of; without a bias.
    convolution: Conv2d<Out, In, W, G, E>,
    bias: Vec<E>,
}

// Derived, these would ask the same of the shapes, of which no value exists.
impl<In, Out, W, G, E: Clone> Clone for ConvTranspose2d<In, Out, W, G, E> {
    fn clone(&self) -> Self {
        ConvTranspose2d { convolution: self.convolution.clone(), bias: self.bias.clone() }
    }
}

impl<In, Out, W, G, E: fmt::Debug> fmt::Debug for ConvTranspose2d<In, Out, W, G, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConvTranspose2d").field("transposed", &self.convolution).field("bias", &self.bias).finish()
    }
}

impl<In: Shape, Out: Shape, W: WindowSizes, G: Dimension, E: Element> ConvTranspose2d<In, Out, W, G, E> {
    pub(super) const WEIGHT: &'static [usize] = {
        assert!(!W::FLIPPED, "a transposed convolution has a window that is not flipped");
        Conv2d::<Out, In, W, G, E>::WEIGHT
    };
    pub(super) const BIAS: &'static [usize] = &[Out::DIMS[0]];

    /// A layer with weights drawn by `init` for a tensor of the weight's shape, as in PyTorch, and a bias of zeros if there is to be one.
    pub fn new(init: Init, bias: bool, rng: &mut impl Rng) -> Self {
        let bias = vec![E::zero(); if bias { Out::DIMS[0] } else { 0 }];
        ConvTranspose2d { convolution: Conv2d::new(init, false, rng), bias }
    }

    /// The same layer with every parameter zero.
    #[must_use]
    pub fn zeroed(&self) -> Self {
        ConvTranspose2d { convolution: self.convolution.zeroed(), bias: vec![E::zero(); self.bias.len()] }
    }

    /// W, [C, K / G, kernel height, kernel width].
    pub fn weight(&self) -> ArrayView4<'_, E> {
        self.convolution.weight()
    }

    /// W, to change.
    pub fn weight_mut(&mut self) -> ArrayViewMut4<'_, E> {
        self.convolution.weight_mut()
    }

    /// b, \[K\], or of length 0 where the layer has none.
    pub fn bias(&self) -> ArrayView1<'_, E> {
        ArrayView1::from(&self.bias)
    }

    /// b, to change.
    pub fn bias_mut(&mut self) -> ArrayViewMut1<'_, E> {
        ArrayViewMut1::from(&mut self.bias)
    }

    /// The numbers of W and b.
    pub(super) fn slices(&self) -> [&[E]; 2] {
        let [weight, _] = self.convolution.slices();
        [weight, &self.bias]
    }

    /// The numbers of W and b, to change.
    pub fn slices_mut(&mut self) -> [&mut [E]; 2] {
        let [weight, _] = self.convolution.slices_mut();
        [weight, &mut self.bias]
    }

    /// y = a(x ∗ᵀ W + b)
    pub fn forward<A: Activation<E>>(&self, x: View<'_, In, E>, mut y: ViewMut<'_, Out, E>, a: A) {
        let floor = if A::RECTIFIES { E::zero() } else { E::neg_infinity() };
        let (sizes, lanes, [weight, bias]) =
            (Conv2d::<Out, In, W, G, E>::sizes(y.sizes(), x.sizes()), x.lanes(), self.slices());
        sizes.transposed(weight, bias, x.data(), y.data_mut(), lanes, floor);
        if !A::RECTIFIES {
            activation::forward(a, y);
        }
    }

    /// d_y = d_y ∘ a′(y) in place; adds the gradients of W and then b to `share`; then d_x, which is overwritten. Lanes of d_y beyond the
    /// samples become zero.
    ///
    /// # Panics
    ///
    /// Where `share` is shorter than W and b: a mistake in the network's memory plan, never in a user's data.
    pub fn backward<A: Activation<E>>(
        &self,
        x: View<'_, In, E>,
        y: View<'_, Out, E>,
        mut d_y: ViewMut<'_, Out, E>,
        d_x: Option<ViewMut<'_, In, E>>,
        share: &mut [E],
        a: A,
    ) {
        let (lanes, samples) = (x.lanes(), x.samples());
        let sizes = Conv2d::<Out, In, W, G, E>::sizes(y.sizes(), x.sizes());
        let [weight, _] = self.slices();
        let learns = !share.is_empty();
        activation::backward(a, y, d_y.reborrow());
        let d_y = d_y.data_mut();
        if samples < lanes {
            d_y.chunks_exact_mut(lanes).for_each(|pixel| pixel[samples..].fill(E::zero()));
        }
        if learns {
            let (d_weight, d_bias) = share.split_at_mut(weight.len());
            let plane = sizes.input[0] * sizes.input[1] * lanes;
            for (d_bias, plane) in d_bias[..self.bias.len()].iter_mut().zip(d_y.chunks_exact(plane)) {
                *d_bias += sum::total(plane);
            }
            // The convolution's input is this layer's output.
            sizes.closed_weight_gradient(d_y, x.data(), d_weight, lanes);
        }
        if let Some(mut d_x) = d_x {
            sizes.forward(weight, &[], d_y, d_x.data_mut(), lanes, E::neg_infinity());
        }
    }
}

weight_and_bias! { impl<In: Shape, Out: Shape, W: WindowSizes, G: Dimension> for ConvTranspose2d, Self::WEIGHT, Self::BIAS }

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::{SeedableRng, rngs::StdRng};

    use super::*;
    use crate::{
        layers::{
            Identity, Relu, Tanh, Window,
            testing::{assert_close, differences, values},
        },
        network::Parameters,
        shape::{Const, FixedShape},
    };

    type C<const N: usize> = Const<N>;
    type In = (C<4>, C<3>, C<2>);
    type Layer<Out, W, G> = ConvTranspose2d<In, Out, W, G, f64>;

    fn layer<Out: FixedShape, W: WindowSizes, G: Dimension>(bias: bool) -> Layer<Out, W, G> {
        let mut layer = Layer::<Out, W, G>::new(Init::HeNormal, bias, &mut StdRng::seed_from_u64(1));
        let bias = values::<f64>(layer.bias.len(), 5);
        layer.bias.copy_from_slice(&bias);
        layer
    }

    fn lanes(samples: usize) -> usize {
        if samples == 1 { 1 } else { samples.next_multiple_of(16) }
    }

    fn outputs<Out: FixedShape, W: WindowSizes, G: Dimension, A: Activation<f64>>(
        layer: &Layer<Out, W, G>,
        x: &[f64],
        samples: usize,
        a: A,
    ) -> Vec<f64> {
        let mut y = vec![f64::NAN; Out::LEN * lanes(samples)];
        layer.forward(View::new(x, samples, lanes(samples)), ViewMut::new(&mut y, samples, lanes(samples)), a);
        y
    }

    /// Each product put where the definition says.
    fn naive<Out: FixedShape, W: WindowSizes, G: Dimension>(
        layer: &Layer<Out, W, G>,
        x: &[f64],
        lanes: usize,
    ) -> Vec<f64> {
        let [height, width] = [Out::DIMS[1], Out::DIMS[2]];
        let mut y: Vec<f64> = (0..Out::LEN * lanes)
            .map(|at| layer.bias.get(at / lanes / width / height).copied().unwrap_or(0.0))
            .collect();
        let each = Out::DIMS[0] / G::SIZE;
        for ((c, o, h, w), &weight) in layer.weight().indexed_iter() {
            for (i, j) in (0..3).flat_map(|i| (0..2).map(move |j| (i, j))) {
                let row = (i * W::STRIDE[0] + h).wrapping_sub(W::PADDING[0]);
                let column = (j * W::STRIDE[1] + w).wrapping_sub(W::PADDING[1]);
                if row < height && column < width {
                    let to = (((c / (4 / G::SIZE)) * each + o) * height + row) * width + column;
                    for lane in 0..lanes {
                        y[to * lanes + lane] += weight * x[((c * 3 + i) * 2 + j) * lanes + lane];
                    }
                }
            }
        }
        y
    }

    fn check<Out: FixedShape, W: WindowSizes, G: Dimension, A: Activation<f64>>(samples: usize, bias: bool, a: A) {
        let (layer, lanes) = (layer::<Out, W, G>(bias), lanes(samples));
        // Lanes beyond the samples hold zeros in x, and anything in the gradient.
        let mut x = values::<f64>(In::LEN * lanes, 1);
        x.chunks_exact_mut(lanes).for_each(|pixel| pixel[samples..].fill(0.0));
        assert_close(&outputs(&layer, &x, samples, Identity), &naive(&layer, &x, lanes), 1e-13);

        let d = values::<f64>(Out::LEN * lanes, 2);
        let counted: Vec<f64> = d.iter().enumerate().map(|(i, &d)| if i % lanes < samples { d } else { 0.0 }).collect();
        let y = outputs(&layer, &x, samples, a);
        let (mut d_y, mut d_x) = (d.clone(), vec![f64::NAN; x.len()]);
        let weights = layer.weight().len();
        let mut share = vec![1.0; weights + layer.bias.len()];
        layer.backward(
            View::new(&x, samples, lanes),
            View::new(&y, samples, lanes),
            ViewMut::new(&mut d_y, samples, lanes),
            Some(ViewMut::new(&mut d_x, samples, lanes)),
            &mut share,
            a,
        );
        let expected = differences(&x, &counted, |x| outputs(&layer, x, samples, a));
        assert_close(&d_x, &expected, 1e-7);
        for (index, found) in [&share[..weights], &share[weights..]].into_iter().take(layer.tensors()).enumerate() {
            let expected = differences(layer.tensor(index).values, &counted, |values| {
                let mut changed = layer.clone();
                changed.tensor_mut(index).values.copy_from_slice(values);
                outputs(&changed, &x, samples, a)
            });
            let expected: Vec<f64> = expected.iter().map(|d| d + 1.0).collect();
            assert_close(found, &expected, 1e-7);
        }
    }

    #[test]
    fn values_and_gradients_agree_with_the_definition() {
        type Plain = Window<3, 3, 1, 1, 0, 0, 1, 1>;
        check::<(C<3>, C<5>, C<4>), Plain, C<1>, _>(3, true, Tanh);
        check::<(C<3>, C<5>, C<4>), Plain, C<1>, _>(1, false, Relu);
        // Doubling, with padding and output padding.
        type Doubling = Window<3, 3, 2, 2, 1, 1, 1, 1>;
        check::<(C<2>, C<6>, C<4>), Doubling, C<1>, _>(17, true, Relu);
        // A stride beyond the kernel leaves pixels that no weight reaches; groups.
        type Sparse = Window<1, 2, 3, 2, 0, 1, 1, 1>;
        check::<(C<6>, C<7>, C<2>), Sparse, C<2>, _>(2, true, Identity);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(8))]

        #[test]
        fn it_is_the_transpose_of_a_convolution(seed in 1_u64..1_000_000) {
            // ⟨y, W x⟩ = ⟨Wᵀ y, x⟩
            type W = Window<3, 2, 2, 1, 1, 0, 1, 1>;
            type Out = (C<2>, C<5>, C<3>);
            let layer = layer::<Out, W, C<1>>(false);
            let (y, x) = (values::<f64>(In::LEN * 16, seed), values::<f64>(Out::LEN * 16, seed + 1));
            let mut convolved = vec![0.0; In::LEN * 16];
            layer.convolution.forward(View::new(&x, 16, 16), ViewMut::new(&mut convolved, 16, 16), Identity);
            let transposed = outputs(&layer, &y, 16, Identity);
            let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
            let (left, right) = (dot(&y, &convolved), dot(&transposed, &x));
            prop_assert!((left - right).abs() < 1e-9 * left.abs().max(1.0), "{left} {right}");
        }
    }
}
