//! Layers of the user's own that take many samples at a time.

use std::fmt::Debug;

use rand::rngs::StdRng;

use crate::{
    Element, FixedShape, Layer, Shape,
    network::{Random, generator, mix},
};

/// When the gradients of a layer's parameters are calculated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WeightGradient {
    /// Some samples at a time: [`BatchLayer::backward`] adds them to [`LayerContext::gradient`].
    Accumulated,
    /// Over the whole batch at once, by [`BatchLayer::weight_gradient`]: one product of large matrices in place of many small ones.
    WholeBatch,
}

/// What a layer has at hand beside its values, for some consecutive samples of a batch.
#[derive(Debug)]
pub struct LayerContext<'a, E> {
    pub(super) training: bool,
    pub(super) lengths: &'a [usize],
    pub(super) first: usize,
    pub(super) random: Random,
    pub(super) workspace: &'a mut [E],
    pub(super) gradient: &'a mut [E],
}

impl<E> LayerContext<'_, E> {
    /// Whether the network is in training.
    pub fn is_training(&self) -> bool {
        self.training
    }

    /// The real steps of each sample, where a sequence is padded; empty where none is.
    pub fn lengths(&self) -> &[usize] {
        self.lengths
    }

    /// Random numbers for these samples and this layer, the same forward and backward, others in each step of training. They hang on the seed of the
    /// pass and not on the threads.
    pub fn rng(&self) -> StdRng {
        let stream = self.random.layer(self.first as u64);
        generator(mix(u64::from(stream.bits(0)) << 32 | u64::from(stream.bits(1))))
    }

    /// [`BatchLayer::WORKSPACE`] numbers for each sample, with anything in them.
    pub fn workspace(&mut self) -> &mut [E] {
        self.workspace
    }

    /// The sum of ∂C/∂θ over the samples so far, all parameters one after the other, for a backward pass to add to; empty where
    /// [`BatchLayer::WEIGHT_GRADIENT`] is [`WeightGradient::WholeBatch`].
    pub fn gradient(&mut self) -> &mut [E] {
        self.gradient
    }
}

/// y = f(x; θ) for many samples at a time, and its gradient: a layer of your own that is as fast as a built-in one. [`Layer`](trait@crate::Layer) is
/// the easy way, sample by sample; each such layer is a `BatchLayer` too.
///
/// A type that implements it, with [`layer!`](crate::layer!) beside it, is a stage of a `network!` by its path. A batch is cut into groups of
/// consecutive samples, on several threads; `x`, `y` and their gradients hold those of one group, sample after sample, each row-major.
/// [`linear`](crate::linear) has the products of matrices that built-in layers are made of.
///
/// ```
/// use plumbline::{BatchLayer, Const, Element, linear, network::{LayerContext, WeightGradient}};
/// use rand::rngs::StdRng;
///
/// /// y = W x
/// #[derive(Clone, Debug)]
/// struct Linear<const I: usize, const O: usize, E = f32>(Vec<E>);
///
/// impl<const I: usize, const O: usize, E: Element> BatchLayer for Linear<I, O, E> {
///     type Element = E;
///     type Input = (Const<I>,);
///     type Output = (Const<O>,);
///     const PARAMETERS: &'static [(&'static str, &'static [usize])] = &[("weight", &[O, I])];
///     const OPERATIONS: u64 = 2 * (I * O) as u64;
///     const WEIGHT_GRADIENT: WeightGradient = WeightGradient::WholeBatch;
///     fn init(rng: &mut StdRng) -> Self {
///         let mut weight = vec![E::zero(); I * O];
///         plumbline::layers::Init::HeNormal.fill(&mut weight, &[O, I], rng);
///         Linear(weight)
///     }
///     fn values(&self, _: usize) -> &[E] {
///         &self.0
///     }
///     fn values_mut(&mut self, _: usize) -> &mut [E] {
///         &mut self.0
///     }
///     fn forward(&self, x: &[E], y: &mut [E], _: &mut LayerContext<'_, E>) {
///         linear::forward(x, &self.0, &[], y, [I, O]);
///     }
///     fn backward(&self, _: &[E], _: &[E], d_y: &mut [E], d_x: Option<&mut [E]>, _: &mut LayerContext<'_, E>) {
///         if let Some(d_x) = d_x {
///             linear::input_gradient(d_y, &self.0, d_x, [I, O]);
///         }
///     }
///     fn weight_gradient(&self, x: &[E], d_y: &[E], gradients: &mut Self) {
///         linear::weight_gradient(x, d_y, &mut gradients.0, &mut [], [I, O]);
///     }
/// }
///
/// plumbline::layer!(Linear<const I: usize, const O: usize>);
/// # use plumbline::{Batch, Network};
/// # let net = Linear::<3, 2>::initialized(1);
/// # assert_eq!(Network::forward(&net, &Batch::zeros(5)).as_slice(), [0.0; 10]);
/// ```
pub trait BatchLayer: Clone + Debug + Send + Sync + 'static {
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
    /// When the gradients of the parameters are calculated.
    const WEIGHT_GRADIENT: WeightGradient;
    /// The numbers of [`LayerContext::workspace`] a sample, forward and backward.
    const WORKSPACE: usize = 0;
    /// Whether time, the first axis of the input and of the output, stays as it is: what the layer gives for a step depends on that step alone.
    /// The lengths of ragged batches then go through it; otherwise they end at it, and padding is zeros to it.
    const KEEPS_STEPS: bool = false;

    /// A layer with fresh parameters, drawn from `rng`.
    fn init(rng: &mut StdRng) -> Self;

    /// The numbers of parameter `index` in row-major order, as many as its shape in [`BatchLayer::PARAMETERS`] says.
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
    fn forward(&self, x: &[Self::Element], y: &mut [Self::Element], context: &mut LayerContext<'_, Self::Element>);

    /// ∂C/∂x is written over `d_x`, where it is asked for; y is what [`BatchLayer::forward`] gave for `x`. `d_y` is ∂C/∂y, and may be changed: what it
    /// becomes is what [`BatchLayer::weight_gradient`] gets, such as the gradient before an activation.
    fn backward(
        &self,
        x: &[Self::Element],
        y: &[Self::Element],
        d_y: &mut [Self::Element],
        d_x: Option<&mut [Self::Element]>,
        context: &mut LayerContext<'_, Self::Element>,
    );

    /// ∂C/∂θ over all samples of the batch is written over `gradients`; `d_y` is what [`BatchLayer::backward`] left. It is called where
    /// [`BatchLayer::WEIGHT_GRADIENT`] is [`WeightGradient::WholeBatch`], and does nothing elsewhere.
    fn weight_gradient(&self, x: &[Self::Element], d_y: &[Self::Element], gradients: &mut Self);
}

impl<L: Layer> BatchLayer for L {
    type Element = <L as Layer>::Element;
    type Input = <L as Layer>::Input;
    type Output = <L as Layer>::Output;

    const PARAMETERS: &'static [(&'static str, &'static [usize])] = <L as Layer>::PARAMETERS;
    const OPERATIONS: u64 = <L as Layer>::OPERATIONS;
    const WEIGHT_GRADIENT: WeightGradient = WeightGradient::Accumulated;
    // For a gradient with respect to the input that nobody asks for.
    const WORKSPACE: usize = <L as Layer>::Input::LEN;
    const KEEPS_STEPS: bool = <L as Layer>::KEEPS_STEPS;

    fn init(rng: &mut StdRng) -> Self {
        L::drawn(rng)
    }

    fn values(&self, index: usize) -> &[Self::Element] {
        Layer::values(self, index)
    }

    fn values_mut(&mut self, index: usize) -> &mut [Self::Element] {
        Layer::values_mut(self, index)
    }

    fn forward(&self, x: &[Self::Element], y: &mut [Self::Element], _: &mut LayerContext<'_, Self::Element>) {
        let samples = x.chunks_exact(<L as Layer>::Input::LEN).zip(y.chunks_exact_mut(<L as Layer>::Output::LEN));
        samples.for_each(|(x, y)| self.forward_sample(x, y));
    }

    fn backward(
        &self,
        x: &[Self::Element],
        y: &[Self::Element],
        d_y: &mut [Self::Element],
        mut d_x: Option<&mut [Self::Element]>,
        context: &mut LayerContext<'_, Self::Element>,
    ) {
        let (input, output) = (<L as Layer>::Input::LEN, <L as Layer>::Output::LEN);
        let (y, d_y) = (y.chunks_exact(output), d_y.chunks_exact(output));
        for (sample, ((x, y), d_y)) in x.chunks_exact(input).zip(y).zip(d_y).enumerate() {
            let d_x = match &mut d_x {
                Some(d_x) => &mut d_x[sample * input..][..input],
                None => &mut context.workspace[..input],
            };
            self.backward_sample(x, y, d_y, d_x, context.gradient);
        }
    }

    fn weight_gradient(&self, _: &[Self::Element], _: &[Self::Element], _: &mut Self) {}
}
