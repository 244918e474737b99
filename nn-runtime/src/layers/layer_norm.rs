//! y = a((x − μ) / σ ∘ weight + bias)

use std::{fmt, marker::PhantomData};

use ndarray::{ArrayView1, ArrayViewMut1};

use crate::{
    Element, Shape,
    kernels::layer_norm::{Normalize, NormalizeGradient},
    layers::{Activation, activation, type_check, weight_and_bias::weight_and_bias},
    network::{View, ViewMut},
    shape::Dimension,
};

/// y = a((x − μ) / σ ∘ weight + bias) over the last axis of one or two, where μ is the mean of its N numbers, σ² their variance (over N) plus
/// ε, and a an [`Activation`] chosen at the call (Ba, Kiros and Hinton, Layer normalization, 2016).
///
/// Each sample, and each step of one, is normalized by itself, in training and inference alike. `weight` and `bias` are \[N\], ones and
/// zeros at first, as PyTorch's `LayerNorm`; ε is 10⁻⁵ there too. The rows of an image do not lie one
/// after the other: in a network, `layer_norm` comes after `flatten`.
///
/// ```
/// use plumbline::{Const, layers::{Identity, LayerNorm}, network::abi::{View, ViewMut}};
/// let norm = LayerNorm::<Const<2>, f64>::new(0.0);
/// let mut y = [0.0; 4];
/// norm.forward(View::<(Const<2>,), f64>::new(&[1.0, 3.0, 8.0, 4.0], 2, 16), ViewMut::new(&mut y, 2, 16), Identity);
/// assert_eq!(y, [-1.0, 1.0, 1.0, -1.0]);
/// ```
pub struct LayerNorm<N, E = f32> {
    weight: Vec<E>,
    bias: Vec<E>,
    epsilon: f64,
    size: PhantomData<fn() -> N>,
}

// Derived, these would ask the same of the size, of which no value exists.
impl<N, E: Clone> Clone for LayerNorm<N, E> {
    fn clone(&self) -> Self {
        LayerNorm { weight: self.weight.clone(), bias: self.bias.clone(), epsilon: self.epsilon, size: PhantomData }
    }
}

impl<N, E: fmt::Debug> fmt::Debug for LayerNorm<N, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LayerNorm")
            .field("weight", &self.weight)
            .field("bias", &self.bias)
            .field("epsilon", &self.epsilon)
            .finish()
    }
}

/// The shape's last axis is N, and its rows lie one after the other.
const fn fits<S: Shape, N: Dimension>() {
    assert!(!S::INTERLEAVED && !S::DIMS.is_empty(), "the last axis of one or two is normalized");
    type_check::axis::<S>("`LayerNorm`", 0, S::DIMS.len() - 1, N::SIZE);
}

impl<N: Dimension, E: Element> LayerNorm<N, E> {
    const SHAPE: &'static [usize] = &[N::SIZE];

    /// A layer that normalizes and does no more.
    pub fn new(epsilon: f64) -> Self {
        const { type_check::parameter("the weight of `LayerNorm`", Self::SHAPE) };
        LayerNorm { weight: vec![E::one(); N::SIZE], bias: vec![E::zero(); N::SIZE], epsilon, size: PhantomData }
    }

    /// The same layer with every parameter zero.
    #[must_use]
    pub fn zeroed(&self) -> Self {
        let zeros = || vec![E::zero(); N::SIZE];
        LayerNorm { weight: zeros(), bias: zeros(), ..*self }
    }

    /// What is multiplied with the normalized numbers, \[N\].
    pub fn weight(&self) -> ArrayView1<'_, E> {
        ArrayView1::from(&self.weight)
    }

    /// The weight, to change.
    pub fn weight_mut(&mut self) -> ArrayViewMut1<'_, E> {
        ArrayViewMut1::from(&mut self.weight)
    }

    /// What is added, \[N\].
    pub fn bias(&self) -> ArrayView1<'_, E> {
        ArrayView1::from(&self.bias)
    }

    /// The bias, to change.
    pub fn bias_mut(&mut self) -> ArrayViewMut1<'_, E> {
        ArrayViewMut1::from(&mut self.bias)
    }

    fn slices(&self) -> [&[E]; 2] {
        [&self.weight, &self.bias]
    }

    /// The numbers of the weight and the bias, to change.
    pub fn slices_mut(&mut self) -> [&mut [E]; 2] {
        [&mut self.weight, &mut self.bias]
    }

    /// y = a((x − μ) / σ ∘ weight + bias)
    #[inline(always)]
    pub fn forward<S: Shape, A: Activation<E>>(&self, x: View<'_, S, E>, mut y: ViewMut<'_, S, E>, a: A) {
        const { fits::<S, N>() };
        let LayerNorm { weight, bias, epsilon, .. } = self;
        Normalize { x: x.data(), y: y.data_mut(), weight, bias, epsilon: *epsilon }.run();
        activation::forward(a, y);
    }

    /// d_y = d_y ∘ a′(y) in place; adds the gradients of the weight and then the bias to `share`; then d_x, which is overwritten.
    ///
    /// # Panics
    ///
    /// Where `share` is shorter than both: a mistake in the network's memory plan, never in a user's data.
    #[inline(always)]
    pub fn backward<S: Shape, A: Activation<E>>(
        &self,
        x: View<'_, S, E>,
        y: View<'_, S, E>,
        mut d_y: ViewMut<'_, S, E>,
        d_x: Option<ViewMut<'_, S, E>>,
        share: &mut [E],
        a: A,
    ) {
        const { fits::<S, N>() };
        activation::backward(a, y, d_y.reborrow());
        let width = if share.is_empty() { 0 } else { N::SIZE };
        let (d_weight, d_bias) = share[..2 * width].split_at_mut(width);
        let (weight, epsilon) = (&self.weight[..], self.epsilon);
        let mut d_x = d_x;
        let d_x = d_x.as_mut().map_or(&mut [][..], |d_x| d_x.data_mut());
        NormalizeGradient { x: x.data(), d_y: d_y.as_view().data(), d_x, weight, d_weight, d_bias, epsilon }.run();
    }
}

weight_and_bias! { impl<N: Dimension> for LayerNorm, Self::SHAPE, Self::SHAPE }

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        layers::{
            Identity, Tanh,
            testing::{assert_close, differences, values},
        },
        network::Parameters,
        shape::{Const, FixedDimension},
    };

    fn layer<N: FixedDimension, E: Element>() -> LayerNorm<N, E> {
        let mut layer = LayerNorm::new(1e-5);
        let (weight, bias) = (values::<E>(N::SIZE, 5), values::<E>(N::SIZE, 6));
        layer.weight.copy_from_slice(&weight);
        layer.bias.copy_from_slice(&bias);
        layer
    }

    fn outputs<N: FixedDimension, E: Element, A: Activation<E>>(layer: &LayerNorm<N, E>, x: &[E], a: A) -> Vec<E> {
        let samples = x.len() / N::SIZE;
        let mut y = vec![E::nan(); x.len()];
        layer.forward(View::<(N,), E>::new(x, samples, 16), ViewMut::new(&mut y, samples, 16), a);
        y
    }

    fn naive<N: FixedDimension>(layer: &LayerNorm<N, f64>, x: &[f64]) -> Vec<f64> {
        let n = N::SIZE as f64;
        let row = |x: &[f64]| -> Vec<f64> {
            let mean = x.iter().sum::<f64>() / n;
            let variance = x.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n;
            let standard = |x: f64| (x - mean) / (variance + 1e-5).sqrt();
            x.iter().zip(&layer.weight).zip(&layer.bias).map(|((&x, w), b)| standard(x) * w + b).collect()
        };
        x.chunks(N::SIZE).flat_map(row).collect()
    }

    fn check<N: FixedDimension>(samples: usize) {
        let (layer, x) = (layer::<N, f64>(), values::<f64>(samples * N::SIZE, 1));
        assert_close(&outputs(&layer, &x, Identity), &naive(&layer, &x), 1e-12);
        let single = self::layer::<N, f32>();
        assert_close(&outputs(&single, &values::<f32>(x.len(), 1), Identity), &naive(&layer, &x), 1e-4);

        let d = values::<f64>(x.len(), 2);
        let y = outputs(&layer, &x, Tanh);
        let (mut d_y, mut d_x, mut share) = (d.clone(), vec![f64::NAN; x.len()], vec![1.0; 2 * N::SIZE]);
        layer.backward(
            View::<(N,), f64>::new(&x, samples, 16),
            View::new(&y, samples, 16),
            ViewMut::new(&mut d_y, samples, 16),
            Some(ViewMut::new(&mut d_x, samples, 16)),
            &mut share,
            Tanh,
        );
        assert_close(&d_x, &differences(&x, &d, |x| outputs(&layer, x, Tanh)), 1e-6);
        for (index, found) in share.chunks(N::SIZE).enumerate() {
            let expected = differences(layer.tensor(index).values, &d, |values| {
                let mut changed = layer.clone();
                changed.tensor_mut(index).values.copy_from_slice(values);
                outputs(&changed, &x, Tanh)
            });
            assert_close(found, &expected.iter().map(|d| d + 1.0).collect::<Vec<_>>(), 1e-6);
        }
    }

    #[test]
    fn values_and_gradients_agree_with_the_definition() {
        check::<Const<2>>(3);
        check::<Const<7>>(2);
        check::<Const<16>>(5);
        check::<Const<37>>(1);
    }

    #[test]
    fn equal_numbers_give_the_bias() {
        let layer = layer::<Const<5>, f32>();
        assert_eq!(outputs(&layer, &[3.0; 5], Identity), layer.bias);
    }
}
