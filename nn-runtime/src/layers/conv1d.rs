//! y = a(x ∗ W + b) and y = a(x ∗ᵀ W + b) over signals.

use std::fmt;

use ndarray::{ArrayView1, ArrayView3, ArrayViewMut1, ArrayViewMut3, Axis};
use rand::Rng;

use crate::{
    Element, Shape,
    layers::{Activation, Conv2d, ConvTranspose2d, Init, WindowSizes, weight_and_bias::weight_and_bias},
    network::{View, ViewMut},
    shape::{Const, Dimension},
};

/// A layer over signals, which are images of height 1, by the layer over images.
macro_rules! over_signals {
    ($(#[$documentation:meta])* $name:ident by $images:ident, $weight:literal) => {
        $(#[$documentation])*
        pub struct $name<In, Out, W, G = Const<1>, E = f32>($images<In, Out, W, G, E>);

        // Derived, these would ask the same of the shapes, of which no value exists.
        impl<In, Out, W, G, E: Clone> Clone for $name<In, Out, W, G, E> {
            fn clone(&self) -> Self {
                $name(self.0.clone())
            }
        }

        impl<In, Out, W, G, E: fmt::Debug> fmt::Debug for $name<In, Out, W, G, E> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple(stringify!($name)).field(&self.0).finish()
            }
        }

        impl<In: Shape, Out: Shape, W: WindowSizes, G: Dimension, E: Element> $name<In, Out, W, G, E> {
            const WEIGHT: &'static [usize] = {
                let weight = $images::<In, Out, W, G, E>::WEIGHT;
                assert!(In::DIMS[1] == 1 && Out::DIMS[1] == 1 && W::KERNEL[0] == 1, "a signal is an image of height 1");
                &[weight[0], weight[1], weight[3]]
            };
            const BIAS: &'static [usize] = $images::<In, Out, W, G, E>::BIAS;

            /// A layer with weights drawn by `init` for a tensor of the weight's shape, as in PyTorch, and a bias of zeros if
            /// there is to be one.
            pub fn new(init: Init, bias: bool, rng: &mut impl Rng) -> Self {
                const { assert!(Self::WEIGHT.len() == 3) };
                $name($images::new(init, bias, rng))
            }

            /// The same layer with every parameter zero.
            #[must_use]
            pub fn zeroed(&self) -> Self {
                $name(self.0.zeroed())
            }

            #[doc = concat!("W, ", $weight, ".")]
            pub fn weight(&self) -> ArrayView3<'_, E> {
                self.0.weight().index_axis_move(Axis(2), 0)
            }

            /// W, to change.
            pub fn weight_mut(&mut self) -> ArrayViewMut3<'_, E> {
                self.0.weight_mut().index_axis_move(Axis(2), 0)
            }

            /// b, \[K\], or of length 0 where the layer has none.
            pub fn bias(&self) -> ArrayView1<'_, E> {
                self.0.bias()
            }

            /// b, to change.
            pub fn bias_mut(&mut self) -> ArrayViewMut1<'_, E> {
                self.0.bias_mut()
            }

            fn slices(&self) -> [&[E]; 2] {
                self.0.slices()
            }

            /// The numbers of W and b, to change.
            pub fn slices_mut(&mut self) -> [&mut [E]; 2] {
                self.0.slices_mut()
            }

            /// y from x, under the activation a.
            pub fn forward<A: Activation<E>>(&self, x: View<'_, In, E>, y: ViewMut<'_, Out, E>, a: A) {
                self.0.forward(x, y, a);
            }

            /// d_y = d_y ∘ a′(y) in place; adds the gradients of W and then b to `share`; then d_x, which is overwritten. Lanes
            /// of d_y beyond the samples become zero.
            ///
            /// # Panics
            ///
            /// Where `share` is shorter than W and b, and not empty: a mistake in the network's memory plan, never in a user's data.
            pub fn backward<A: Activation<E>>(
                &self,
                x: View<'_, In, E>,
                y: View<'_, Out, E>,
                d_y: ViewMut<'_, Out, E>,
                d_x: Option<ViewMut<'_, In, E>>,
                share: &mut [E],
                a: A,
            ) {
                self.0.backward(x, y, d_y, d_x, share, a);
            }
        }

        weight_and_bias! { impl<In: Shape, Out: Shape, W: WindowSizes, G: Dimension> for $name, Self::WEIGHT, Self::BIAS }
    };
}

over_signals! {
    /// y (o, i) = a(b (o) + Σ W (o, c, k) · x (c, i · stride + k · dilation − padding)), summed over c and k, where x is zero outside of
    /// the signal and a is an [`Activation`] chosen at the call. This is cross-correlation; with a [`Flipped`](crate::layers::Flipped) window
    /// W (o, c, kernel − 1 − k) stands in place of W (o, c, k), which is convolution.
    ///
    /// `In` = (C, 1, L) → `Out` = (K, 1, L′), with a [`Window`](crate::layers::Window) of one row: a [`Conv2d`] over images of height 1.
    /// With `G` groups, an output takes the C / G channels of its group alone. `weight` is [K, C / G, kernel] and `bias` \[K\], as
    /// PyTorch's `Conv1d`.
    ///
    /// Source: Waibel et al., Phoneme recognition using time-delay neural networks (1989).
    ///
    /// ```
    /// use plumbline::{Const, layers::{Conv1d, Identity, Init, Window}, network::abi::{View, ViewMut}};
    /// use rand::{SeedableRng, rngs::StdRng};
    /// type In = (Const<1>, Const<1>, Const<4>);
    /// type Out = (Const<1>, Const<1>, Const<3>);
    /// let mut conv = Conv1d::<In, Out, Window<1, 2, 1, 1, 0, 0, 1, 1>, Const<1>, f64>::new(
    ///     Init::Zeros, true, &mut StdRng::seed_from_u64(42));
    /// conv.weight_mut().assign(&ndarray::array![[[-1.0, 1.0]]]);
    /// conv.bias_mut()[0] = 0.5;
    /// let mut y = [0.0; 3];
    /// conv.forward(View::new(&[1.0, 2.0, 4.0, 8.0], 1, 1), ViewMut::new(&mut y, 1, 1), Identity);
    /// assert_eq!(y, [1.5, 2.5, 4.5]);
    /// ```
    Conv1d by Conv2d, r"[K, C / G, kernel]"
}

over_signals! {
    /// The transpose of a convolution: y (o, i · stride + k − padding) is the sum of x (c, i) · W (c, o, k) over all c, i and k that lead
    /// there, plus b (o), under an [`Activation`] chosen at the call.
    ///
    /// `In` = (C, 1, L) → `Out` = (K, 1, L′), L′ = (L − 1) · stride − 2 · padding + kernel + output padding, with a
    /// [`Window`](crate::layers::Window) of one row: a [`ConvTranspose2d`] over images of height 1. `weight` is [C, K / G, kernel] and
    /// `bias` \[K\], as PyTorch's `ConvTranspose1d`.
    ///
    /// Source: Dumoulin and Visin, A guide to convolution arithmetic for deep learning (2016), section 4.
    ///
    /// ```
    /// use plumbline::{Const, layers::{ConvTranspose1d, Identity, Init, Window}, network::abi::{View, ViewMut}};
    /// use rand::{SeedableRng, rngs::StdRng};
    /// type In = (Const<1>, Const<1>, Const<2>);
    /// type Out = (Const<1>, Const<1>, Const<4>);
    /// let mut conv = ConvTranspose1d::<In, Out, Window<1, 2, 1, 2, 0, 0, 1, 1>, Const<1>, f64>::new(
    ///     Init::Zeros, true, &mut StdRng::seed_from_u64(42));
    /// conv.weight_mut().assign(&ndarray::array![[[1.0, 2.0]]]);
    /// conv.bias_mut()[0] = 0.5;
    /// let mut y = [0.0; 4];
    /// conv.forward(View::new(&[1.0, 10.0], 1, 1), ViewMut::new(&mut y, 1, 1), Identity);
    /// assert_eq!(y, [1.5, 2.5, 10.5, 20.5]);
    /// ```
    ConvTranspose1d by ConvTranspose2d, r"[C, K / G, kernel]"
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng, rngs::StdRng};

    use super::*;
    use crate::{
        layers::{
            Flipped, Identity, Tanh, Window,
            testing::{assert_close, differences, values},
        },
        network::Parameters,
    };

    type In = (Const<4>, Const<1>, Const<7>);
    const SAMPLES: usize = 3;
    const LANES: usize = 16;

    /// The output for one sample by the definition: of a convolution, or of a transposed one.
    fn naive(
        weight: ArrayView3<'_, f64>,
        bias: &[f64],
        x: &[f64],
        taps: impl Fn(usize, usize) -> Option<usize>,
        groups: usize,
        transposed: bool,
        length: usize,
    ) -> Vec<f64> {
        let outputs = bias.len();
        let mut y: Vec<f64> = (0..outputs * length).map(|at| bias[at / length]).collect();
        for ((first, second, k), w) in weight.indexed_iter() {
            let each = if transposed { outputs / groups } else { 4 / groups };
            let group = if transposed { first / (4 / groups) } else { first / (outputs / groups) };
            let (c, o) = if transposed { (first, group * each + second) } else { (group * each + second, first) };
            for i in 0..if transposed { 7 } else { length } {
                let Some(there) = taps(i, k) else { continue };
                let (from, to) = if transposed { (i, there) } else { (there, i) };
                y[o * length + to] += w * x[c * 7 + from];
            }
        }
        y
    }

    macro_rules! agrees {
        ($test:ident: $layer:ident, $outputs:literal x $length:literal, $window:ty, $groups:literal, $transposed:literal, $taps:expr) => {
            #[test]
            fn $test() {
                type Out = (Const<$outputs>, Const<1>, Const<$length>);
                type Layer = $layer<In, Out, $window, Const<$groups>, f64>;
                let mut layer = Layer::new(Init::HeNormal, true, &mut StdRng::seed_from_u64(1));
                layer.bias_mut().assign(&ArrayView1::from(&values::<f64>($outputs, 5)));
                assert_eq!(layer.tensor(0).shape, layer.weight().shape());
                assert_eq!((layer.tensors(), layer.tensor(1).shape), (2, &[$outputs][..]));
                // Lanes beyond the samples hold zeros in x, and anything in the gradient.
                let mut x = values::<f64>(In::LEN * LANES, 1);
                x.chunks_exact_mut(LANES).for_each(|pixel| pixel[SAMPLES..].fill(0.0));
                let outputs = |layer: &Layer, x: &[f64], a| {
                    let mut y = vec![f64::NAN; Out::LEN * LANES];
                    layer.forward(View::new(x, SAMPLES, LANES), ViewMut::new(&mut y, SAMPLES, LANES), a);
                    y
                };
                let mut y = vec![f64::NAN; Out::LEN * LANES];
                layer.forward(View::new(&x, SAMPLES, LANES), ViewMut::new(&mut y, SAMPLES, LANES), Identity);
                for sample in 0..SAMPLES {
                    let of = |values: &[f64]| values.iter().skip(sample).step_by(LANES).copied().collect::<Vec<_>>();
                    let expected = naive(
                        layer.weight(),
                        layer.bias().as_slice().unwrap(),
                        &of(&x),
                        $taps,
                        $groups,
                        $transposed,
                        $length,
                    );
                    assert_close(&of(&y), &expected, 1e-13);
                }

                let d = values::<f64>(Out::LEN * LANES, 2);
                let counted: Vec<f64> =
                    d.iter().enumerate().map(|(i, &d)| if i % LANES < SAMPLES { d } else { 0.0 }).collect();
                let y = outputs(&layer, &x, Tanh);
                let (mut d_y, mut d_x) = (d.clone(), vec![f64::NAN; x.len()]);
                let weights = layer.weight().len();
                let mut share = vec![1.0; weights + $outputs];
                layer.backward(
                    View::new(&x, SAMPLES, LANES),
                    View::new(&y, SAMPLES, LANES),
                    ViewMut::new(&mut d_y, SAMPLES, LANES),
                    Some(ViewMut::new(&mut d_x, SAMPLES, LANES)),
                    &mut share,
                    Tanh,
                );
                assert_close(&d_x, &differences(&x, &counted, |x| outputs(&layer, x, Tanh)), 1e-7);
                for (index, found) in [&share[..weights], &share[weights..]].into_iter().enumerate() {
                    let expected = differences(layer.tensor(index).values, &counted, |values| {
                        let mut changed = layer.clone();
                        changed.tensor_mut(index).values.copy_from_slice(values);
                        outputs(&changed, &x, Tanh)
                    });
                    let expected: Vec<f64> = expected.iter().map(|d| d + 1.0).collect();
                    assert_close(found, &expected, 1e-7);
                }
            }
        };
    }

    agrees! { convolutions_agree_with_the_definition: Conv1d, 6 x 4, Window<1, 3, 1, 2, 0, 2, 1, 2>, 2, false, |i: usize, k: usize| {
        (2 * i + 2 * k).checked_sub(2).filter(|&from| from < 7)
    } }
    agrees! { flipped_convolutions_agree_with_the_definition: Conv1d, 6 x 4, Flipped<Window<1, 3, 1, 2, 0, 2, 1, 2>>, 2, false,
        |i: usize, k: usize| (2 * i + 2 * (2 - k)).checked_sub(2).filter(|&from| from < 7)
    }
    agrees! { transposed_convolutions_agree_with_the_definition: ConvTranspose1d, 6 x 14, Window<1, 3, 1, 2, 0, 1, 1, 1>, 2, true,
        |i: usize, k: usize| (2 * i + k).checked_sub(1).filter(|&to| to < 14)
    }

    #[test]
    fn a_layer_without_bias_has_one_parameter() {
        type Out = (Const<2>, Const<1>, Const<7>);
        let mut layer = Conv1d::<In, Out, Window<1, 3, 1, 1, 0, 1, 1, 1>, Const<1>, f32>::new(
            Init::Identity,
            false,
            &mut StdRng::seed_from_u64(1),
        );
        assert_eq!((layer.tensors(), layer.bias().len(), layer.slices_mut()[1].len()), (1, 0, 0));
        // The kernel's centre, which hands on what it gets.
        assert_eq!(layer.weight()[[1, 1, 1]], 1.0);
        assert_eq!(layer.weight().sum(), 2.0);
        assert_eq!(layer.zeroed().weight().sum(), 0.0);
    }
}
