//! Layers of the user's own.

use std::fmt::Debug;

use rand::rngs::StdRng;

use crate::{Element, FixedShape};

/// y = f(x; θ) for one sample, and its gradient: a layer of your own.
///
/// A type that implements it, with [`layer!`](crate::layer!) beside it, is a stage of a `network!` by its path, `gain: Gain;`, its shapes
/// checked as those of the built-in layers are; it is a [`Network`](crate::Network) of one layer by itself, too, which can be trained, saved
/// and checked by [`GradientCheck`](crate::train::GradientCheck). Its last type parameter is the element. Samples are row-major slices. The
/// methods run on several threads at once, a sample at a time, and allocate nothing if they are to be fast. A layer whose work is a product with a weight is
/// much faster as a [`BatchLayer`](crate::BatchLayer), which takes many samples at a time.
///
/// ```
/// use plumbline::{Batch, Const, Element, Layer, Network};
/// use rand::rngs::StdRng;
///
/// /// y = a · x with one learned number a.
/// #[derive(Clone, Debug)]
/// struct Gain<E = f32>([E; 1]);
///
/// impl<E: Element> Layer for Gain<E> {
///     type Element = E;
///     type Input = (Const<3>,);
///     type Output = (Const<3>,);
///     const PARAMETERS: &'static [(&'static str, &'static [usize])] = &[("gain", &[1])];
///     fn drawn(_: &mut StdRng) -> Self {
///         Gain([E::from_f64(2.0)])
///     }
///     fn values(&self, _: usize) -> &[E] {
///         &self.0
///     }
///     fn values_mut(&mut self, _: usize) -> &mut [E] {
///         &mut self.0
///     }
///     fn forward_sample(&self, x: &[E], y: &mut [E]) {
///         y.iter_mut().zip(x).for_each(|(y, &x)| *y = self.0[0] * x);
///     }
///     fn backward_sample(&self, x: &[E], _: &[E], d_y: &[E], d_x: &mut [E], gradient: &mut [E]) {
///         for ((d_x, &d_y), &x) in d_x.iter_mut().zip(d_y).zip(x) {
///             *d_x = self.0[0] * d_y;
///             gradient[0] += x * d_y;
///         }
///     }
/// }
///
/// plumbline::layer!(Gain);
///
/// let net = Gain::<f32>::initialized(1);
/// let y = net.forward(&Batch::from_vec(vec![1.0, 2.0, 3.0])?);
/// assert_eq!(y.as_slice(), [2.0, 4.0, 6.0]);
/// # Ok::<(), plumbline::ShapeError>(())
/// ```
pub trait Layer: Clone + Debug + Send + Sync + 'static {
    /// The number type.
    type Element: Element;
    /// The shape that it takes, which has no free axis.
    type Input: FixedShape;
    /// The shape that it gives.
    type Output: FixedShape;

    /// The names and shapes of its parameters, none unless stated.
    const PARAMETERS: &'static [(&'static str, &'static [usize])] = &[];
    /// Floating-point operations a sample, forward: for summaries, and for the choice whether threads pay.
    const OPERATIONS: u64 = 0;

    /// Whether time, the first axis of the input and of the output, stays as it is: what the layer gives for a step depends on that step alone.
    /// The lengths of ragged batches then go through it; otherwise they end at it, and padding is zeros to it.
    const KEEPS_STEPS: bool = false;

    /// A layer with fresh parameters, drawn from `rng`.
    fn drawn(rng: &mut StdRng) -> Self;

    /// The numbers of parameter `index` in row-major order, as many as its shape in [`Layer::PARAMETERS`] says.
    fn values(&self, index: usize) -> &[Self::Element] {
        let _ = index;
        &[]
    }

    /// The numbers of parameter `index`, to change.
    fn values_mut(&mut self, index: usize) -> &mut [Self::Element] {
        let _ = index;
        &mut []
    }

    /// y = f(x; θ). `y` holds what was there before.
    fn forward_sample(&self, x: &[Self::Element], y: &mut [Self::Element]);

    /// ∂C/∂x is written over `d_x`, and ∂C/∂θ added to `gradient`, which holds all parameters one after the other; `d_y` is ∂C/∂y and y
    /// what [`Layer::forward_sample`] gave for `x`.
    fn backward_sample(
        &self,
        x: &[Self::Element],
        y: &[Self::Element],
        d_y: &[Self::Element],
        d_x: &mut [Self::Element],
        gradient: &mut [Self::Element],
    );
}

/// Makes a type that implements [`Layer`](trait@crate::Layer) or [`BatchLayer`](crate::BatchLayer) a network of one layer, and so a stage of other networks: `layer!(Gain);`
/// for `Gain<E>`, `layer!(Gain<const N: usize>);` for `Gain<N, E>`.
#[macro_export]
macro_rules! layer {
    ($name:ident $(<$(const $parameter:ident: $kind:ty),+ $(,)?>)?) => {
        impl<$($(const $parameter: $kind,)+)? E: $crate::Element> $crate::network::Parameters<E>
            for $name<$($($parameter,)+)? E>
        {
            fn tensors(&self) -> usize {
                <Self as $crate::BatchLayer>::PARAMETERS.len()
            }
            fn tensor(&self, index: usize) -> $crate::network::Tensor<'_, E> {
                $crate::network::own::tensor(self, index)
            }
            fn tensor_mut(&mut self, index: usize) -> $crate::network::TensorMut<'_, E> {
                $crate::network::own::tensor_mut(self, index)
            }
        }

        impl<$($(const $parameter: $kind,)+)? E: $crate::Element> $crate::Network for $name<$($($parameter,)+)? E> {
            type Element = E;
            type Input = <Self as $crate::BatchLayer>::Input;
            type Output = <Self as $crate::BatchLayer>::Output;
            type OutputKind = $crate::network::output::Unknown;
            type Inputs<'a> = [$crate::network::abi::RowsRef<'a, E>; 1];
            type Kept<'a> = [$crate::network::abi::Rows<'a, E>; 3];
            const NAME: &'static str = stringify!($name);
            const LAYERS: &'static [$crate::network::LayerInfo] = &[$crate::network::own::info::<Self>(stringify!($name))];
            const PLAN: $crate::network::abi::Plan<'static> = $crate::network::own::Own::<Self>::PLAN;
            const TIMES: &'static [::core::option::Option<::core::primitive::usize>] =
                $crate::network::own::Own::<Self>::TIMES;
            fn initialized(seed: u64) -> Self {
                $crate::network::own::init(seed)
            }
            fn infer_part(&self, part: &mut $crate::network::abi::Part<'_, Self>) {
                let (inputs, kept, place) = (part.inputs, part.kept.each_mut(), (part.random, part.first));
                $crate::network::own::forward(self, false, inputs, kept, &mut part.scratch, place);
            }
        }

        impl<$($(const $parameter: $kind,)+)? E: $crate::Element> $crate::network::Total for $name<$($($parameter,)+)? E> {}

        impl<$($(const $parameter: $kind,)+)? E: $crate::Element> $crate::Trainable for $name<$($($parameter,)+)? E> {
            fn zeroed(&self) -> Self {
                $crate::network::own::zeroed(self)
            }
            fn forward_part(&self, part: &mut $crate::network::abi::Part<'_, Self>) {
                let (inputs, kept, place) = (part.inputs, part.kept.each_mut(), (part.random, part.first));
                $crate::network::own::forward(self, true, inputs, kept, &mut part.scratch, place);
            }
            fn backward_part<const INPUTS: bool>(
                &self,
                part: &mut $crate::network::abi::Part<'_, Self>,
                share: &mut [E],
            ) {
                let (inputs, kept, place) = (part.inputs, part.kept.each_mut(), (part.random, part.first));
                $crate::network::own::backward::<INPUTS, Self>(self, inputs, kept, &mut part.scratch, place, share);
            }
            fn finish(&self, mut whole: $crate::network::abi::Whole<'_, Self>, gradients: &mut Self) {
                let (inputs, kept) = (whole.inputs, whole.kept.each_mut());
                $crate::network::own::finish(self, inputs, kept, &whole.shares, whole.learned, gradients);
            }
        }
    };
}
