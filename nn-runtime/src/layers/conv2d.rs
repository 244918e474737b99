//! y = a(x ∗ W + b) over images.

use std::{fmt, marker::PhantomData};

use ndarray::{ArrayView1, ArrayView4, ArrayViewMut1, ArrayViewMut4};
use rand::Rng;

use crate::{
    Element, Shape,
    kernels::{conv::Geometry, scratch},
    layers::{Activation, Init, WindowSizes, activation, type_check, weight_and_bias::weight_and_bias},
    network::{View, ViewMut},
    shape::{Const, Dimension, FREE, product},
};

/// y (o, i, j) = a(b (o) + Σ W (o, c, h, w) · x (c, i · stride + h · dilation − padding, j · stride + w · dilation − padding)),
/// summed over c, h and w, where x is zero outside of the image and a is an [`Activation`] chosen at the call. This is cross-correlation; with a
/// [`Flipped`](crate::layers::Flipped) window W is read from its end in both axes, which is convolution.
///
/// `In` = (C, H, W) → `Out` = (K, H′, W′), with the kernel, stride, padding and dilation of the [`Window`](crate::layers::Window) `W`. With `G`
/// groups, an output takes the C / G channels of its group alone. `weight` is [K, C / G, kernel height, kernel width] and
/// `bias` \[K\], as PyTorch's `Conv2d`.
///
/// Source: LeCun et al., Backpropagation applied to handwritten zip code recognition (1989); dilation after Yu and Koltun, Multi-scale
/// context aggregation by dilated convolutions (2016).
///
/// ```
/// use plumbline::{Const, layers::{Conv2d, Identity, Init, Window}, network::abi::{View, ViewMut}};
/// use rand::{SeedableRng, rngs::StdRng};
/// type In = (Const<1>, Const<2>, Const<2>);
/// type Out = (Const<1>, Const<1>, Const<1>);
/// let mut conv = Conv2d::<In, Out, Window<2, 2, 1, 1, 0, 0, 1, 1>, Const<1>, f64>::new(
///     Init::Zeros, true, &mut StdRng::seed_from_u64(42));
/// conv.weight_mut().assign(&ndarray::array![[[[1.0, 2.0], [3.0, 4.0]]]]);
/// conv.bias_mut()[0] = 0.5;
/// let mut y = [0.0];
/// conv.forward(View::new(&[1.0, 10.0, 100.0, 1000.0], 1, 1), ViewMut::new(&mut y, 1, 1), Identity);
/// assert_eq!(y, [4321.5]);
/// ```
pub struct Conv2d<In, Out, W, G = Const<1>, E = f32> {
    weight: Vec<E>,
    bias: Vec<E>,
    sizes: PhantomData<fn(In, W, G) -> Out>,
}

// Derived, these would ask the same of the shapes, of which no value exists.
impl<In, Out, W, G, E: Clone> Clone for Conv2d<In, Out, W, G, E> {
    fn clone(&self) -> Self {
        Conv2d { weight: self.weight.clone(), bias: self.bias.clone(), sizes: PhantomData }
    }
}

impl<In, Out, W, G, E: fmt::Debug> fmt::Debug for Conv2d<In, Out, W, G, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Conv2d").field("weight", &self.weight).field("bias", &self.bias).finish()
    }
}

impl<In: Shape, Out: Shape, W: WindowSizes, G: Dimension, E: Element> Conv2d<In, Out, W, G, E> {
    /// The sizes; where an axis is free, of no image in particular.
    const SIZES: Geometry = {
        type_check::convolves::<In, Out, W>("a convolution");
        assert!(In::DIMS[0] != FREE && Out::DIMS[0] != FREE, "the channels are fixed");
        type_check::groups("a convolution", G::SIZE, In::DIMS[0], Out::DIMS[0]);
        Geometry {
            groups: G::SIZE,
            outputs: Out::DIMS[0] / G::SIZE,
            channels: In::DIMS[0] / G::SIZE,
            kernel: W::KERNEL,
            stride: W::STRIDE,
            padding: W::PADDING,
            dilation: W::DILATION,
            input: [In::DIMS[1], In::DIMS[2]],
            output: [Out::DIMS[1], Out::DIMS[2]],
        }
    };
    const FILTERS: &'static [usize] = &[Out::DIMS[0], Self::SIZES.channels, W::KERNEL[0], W::KERNEL[1]];
    pub(super) const WEIGHT: &'static [usize] = {
        type_check::parameter("the weight of a convolution", Self::FILTERS);
        Self::FILTERS
    };
    pub(super) const BIAS: &'static [usize] = &[Out::DIMS[0]];

    /// The sizes for images of the given ones.
    #[inline(always)]
    pub(super) fn sizes(input: In::Sizes, output: Out::Sizes) -> Geometry {
        let (input, output) = (input.as_ref(), output.as_ref());
        Geometry { input: [input[1], input[2]], output: [output[1], output[2]], ..Self::SIZES }
    }

    /// Calls `f` with W as the window meets it: as it lies, or each kernel from its end, in this thread's memory.
    fn with_kernels<R>(&self, f: impl FnOnce(&[E]) -> R) -> R {
        if !W::FLIPPED {
            return f(&self.weight);
        }
        let size = product(&W::KERNEL);
        scratch::with(self.weight.len(), |flipped| {
            for (flipped, kernel) in flipped.chunks_exact_mut(size).zip(self.weight.chunks_exact(size)) {
                flipped.iter_mut().zip(kernel.iter().rev()).for_each(|(to, &from)| *to = from);
            }
            f(flipped)
        })
    }

    /// Turns each kernel of a gradient around, where the window is flipped.
    fn flip(gradient: &mut [E]) {
        if W::FLIPPED {
            gradient.chunks_exact_mut(product(&W::KERNEL)).for_each(<[E]>::reverse);
        }
    }

    /// A layer with weights drawn by `init`, and a bias of zeros if there is to be one.
    pub fn new(init: Init, bias: bool, rng: &mut impl Rng) -> Self {
        let mut weight = vec![E::zero(); product(Self::WEIGHT)];
        init.fill(&mut weight, Self::WEIGHT, rng);
        Conv2d { weight, bias: vec![E::zero(); if bias { Out::DIMS[0] } else { 0 }], sizes: PhantomData }
    }

    /// The same layer with every parameter zero.
    #[must_use]
    pub fn zeroed(&self) -> Self {
        let zeros = |x: &[E]| vec![E::zero(); x.len()];
        Conv2d { weight: zeros(&self.weight), bias: zeros(&self.bias), sizes: PhantomData }
    }

    fn shape() -> (usize, usize, usize, usize) {
        (Self::WEIGHT[0], Self::WEIGHT[1], Self::WEIGHT[2], Self::WEIGHT[3])
    }

    /// W, [K, C / G, kernel height, kernel width].
    pub fn weight(&self) -> ArrayView4<'_, E> {
        ArrayView4::from_shape(Self::shape(), &self.weight).expect("a weight fills its shape")
    }

    /// W, to change.
    pub fn weight_mut(&mut self) -> ArrayViewMut4<'_, E> {
        ArrayViewMut4::from_shape(Self::shape(), &mut self.weight).expect("a weight fills its shape")
    }

    /// b, \[K\], or of length 0 where the layer has none.
    pub fn bias(&self) -> ArrayView1<'_, E> {
        ArrayView1::from(&self.bias)
    }

    /// b, to change.
    pub fn bias_mut(&mut self) -> ArrayViewMut1<'_, E> {
        ArrayViewMut1::from(&mut self.bias)
    }

    /// The numbers of W and b, to change.
    pub fn slices_mut(&mut self) -> [&mut [E]; 2] {
        [&mut self.weight, &mut self.bias]
    }

    /// The numbers of W and b.
    pub(super) fn slices(&self) -> [&[E]; 2] {
        [&self.weight, &self.bias]
    }

    /// y = a(x ∗ W + b)
    pub fn forward<A: Activation<E>>(&self, x: View<'_, In, E>, mut y: ViewMut<'_, Out, E>, a: A) {
        let floor = if A::RECTIFIES { E::zero() } else { E::neg_infinity() };
        let sizes = Self::sizes(x.sizes(), y.sizes());
        self.with_kernels(|weight| sizes.forward(weight, &self.bias, x.data(), y.data_mut(), x.lanes(), floor));
        if !A::RECTIFIES {
            activation::forward(a, y);
        }
    }

    /// d_y = d_y ∘ a′(y) in place; adds the gradients of W and then b to `share`, unless that is empty; then d_x, which is overwritten. Lanes of
    /// d_y beyond the samples become zero.
    ///
    /// # Panics
    ///
    /// Where `share` is shorter than W and b, and not empty: a mistake in the network's memory plan, never in a user's data.
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
        let sizes = Self::sizes(x.sizes(), y.sizes());
        let learns = !share.is_empty();
        let (weight, bias) = share.split_at_mut(if learns { self.weight.len() } else { 0 });
        let bias = &mut bias[..if learns { self.bias.len() } else { 0 }];
        let rectified = if A::RECTIFIES { y.data() } else { &[] };
        if !A::RECTIFIES {
            activation::backward(a, y, d_y.reborrow());
        }
        // What is there already is turned with what is added.
        Self::flip(weight);
        sizes.weight_gradient(x.data(), rectified, d_y.data_mut(), weight, bias, lanes, samples);
        Self::flip(weight);
        if let Some(mut d_x) = d_x {
            let d_y = d_y.as_view().data();
            self.with_kernels(|weight| sizes.input_gradient(weight, d_y, d_x.data_mut(), lanes));
        }
    }
}

weight_and_bias! { impl<In: Shape, Out: Shape, W: WindowSizes, G: Dimension> for Conv2d, Self::WEIGHT, Self::BIAS }

#[cfg(test)]
mod tests;
