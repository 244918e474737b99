//! The gradients of a network, and which of its layers learn, how fast.

use std::ops::{Deref, DerefMut};

use crate::{
    Element, Network, Parameters,
    network::{Learned, Role, Tensor, bounded::Bounded},
    train::GradientError,
};

/// ∂C/∂θ for every parameter θ of a network, named and typed like its fields: `gradients.conv1.weight()`. What stands in the place of a
/// [buffer](crate::network::Role) is 0 and means nothing.
///
/// They also hold which layers learn: those of a layer that is [frozen](Gradients::freeze) are 0 and are not calculated, and no optimizer changes the
/// layer; and how fast: [`Gradients::scale_learning_rate`].
#[derive(Clone, Debug)]
pub struct Gradients<N> {
    values: N,
    /// Whether each tensor is learned; empty where all are.
    learned: Vec<bool>,
    /// The factor of the learning rate for each tensor; empty where all are 1.
    factors: Vec<f64>,
    /// What the backward pass that wrote the numbers knows of them. Whoever else may change them takes it back: [`DerefMut`] does.
    bounded: Bounded,
}

impl<N> Gradients<N> {
    /// Gradients of these numbers, of a network whose layers all learn.
    pub(crate) fn new<E: Element>(values: N) -> Self
    where
        N: Parameters<E>,
    {
        let bounded = Bounded::new(values.tensors());
        Gradients { values, learned: Vec::new(), factors: Vec::new(), bounded }
    }

    /// Whether the gradient of the parameter `index` is known to be finite and at most [`WITHIN`](crate::kernels::optimizer::WITHIN) in magnitude.
    pub(crate) fn is_bounded(&self, index: usize) -> bool {
        self.bounded.is_bounded(index)
    }

    /// Whether the parameter `index` is frozen.
    pub fn is_frozen(&self, index: usize) -> bool {
        self.learned.get(index).is_some_and(|learned| !learned)
    }

    /// Whether a step changes the parameter `index` by its gradient: it is not frozen, and no buffer.
    pub(crate) fn is_learned<E>(&self, index: usize) -> bool
    where
        N: Parameters<E>,
    {
        !self.is_frozen(index) && self.values.tensor(index).role == Role::Parameter
    }

    /// What the learning rate is multiplied by for the parameter `index`: 1 unless [set](Gradients::scale_learning_rate).
    pub fn learning_rate_factor(&self, index: usize) -> f64 {
        self.factors.get(index).copied().unwrap_or(1.0)
    }

    /// The largest learning rate of a layer, where that of most is `rate`.
    pub(crate) fn largest_rate(&self, rate: f64) -> f64 {
        // One that has no meaning has none with any factor.
        if rate >= 0.0 { self.factors.iter().fold(rate, |largest, factor| largest.max(rate * factor)) } else { rate }
    }

    /// Whether a parameter is frozen.
    pub(crate) fn any_frozen(&self) -> bool {
        self.learned.contains(&false)
    }

    /// The numbers for a backward pass to write, and the layers that learn.
    pub(crate) fn split(&mut self) -> (&mut N, Learned<'_>) {
        self.bounded.clear();
        let learned = if self.learned.is_empty() { Learned::ALL } else { Learned::of(&self.learned) };
        (&mut self.values, learned.with_flags(self.bounded.flags()))
    }
}

impl<N: Network> Gradients<N> {
    /// Freezes a layer, or a network inside the network with all its layers, or, by `|net| net`, everything: backward passes no longer calculate its
    /// gradients, which become 0 and stay so, and optimizers leave its parameters as they are to the last bit: neither weight decay nor momentum
    /// moves them. The running statistics of a [`BatchNorm`](crate::layers::BatchNorm) stay as well; in training it normalizes by the batch
    /// as before.
    ///
    /// A layer that is tied to it has its weight, and leaves it as it is. A layer of your own still calculates what
    /// [`backward_sample`](crate::Layer::backward_sample) adds up; nobody uses it.
    ///
    /// ```
    /// use plumbline::{Network, Trainable, layers::Dense, train::*};
    /// # use plumbline::{Batch, Const, Layer, Element};
    /// # #[derive(Clone, Debug)]
    /// # struct Scale<E = f32>([E; 1]);
    /// # impl<E: Element> Layer for Scale<E> {
    /// #     type Element = E;
    /// #     type Input = (Const<2>,);
    /// #     type Output = (Const<2>,);
    /// #     const PARAMETERS: &'static [(&'static str, &'static [usize])] = &[("scale", &[1])];
    /// #     fn drawn(_: &mut rand::rngs::StdRng) -> Self { Scale([E::from_f64(2.0)]) }
    /// #     fn values(&self, _: usize) -> &[E] { &self.0 }
    /// #     fn values_mut(&mut self, _: usize) -> &mut [E] { &mut self.0 }
    /// #     fn forward_sample(&self, x: &[E], y: &mut [E]) { y.iter_mut().zip(x).for_each(|(y, &x)| *y = self.0[0] * x); }
    /// #     fn backward_sample(&self, x: &[E], _: &[E], d_y: &[E], d_x: &mut [E], gradient: &mut [E]) {
    /// #         for ((d_x, &d_y), &x) in d_x.iter_mut().zip(d_y).zip(x) { *d_x = self.0[0] * d_y; gradient[0] += x * d_y; }
    /// #     }
    /// # }
    /// # plumbline::layer!(Scale);
    /// let mut net = Scale::<f32>::initialized(1); // of a larger network: `|net| &net.conv1`
    /// let (mut pass, mut gradients) = (net.pass(1), net.gradients());
    /// gradients.freeze(|net| net);
    /// let (x, target) = (Batch::from_vec(vec![1.0, 1.0])?, Batch::from_vec(vec![1.5, 1.5])?);
    /// MeanSquaredError.step(&net, &x, &target, &mut pass, &mut gradients)?;
    /// Sgd::new(0.1).weight_decay(0.5).step(&mut net, &gradients)?;
    /// assert_eq!(net.0, [2.0]);
    ///
    /// gradients.unfreeze(|net| net);
    /// MeanSquaredError.step(&net, &x, &target, &mut pass, &mut gradients)?;
    /// Sgd::new(0.1).step(&mut net, &gradients)?;
    /// assert_eq!(net.0, [1.9]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn freeze<L, F>(&mut self, layer: F)
    where
        L: Parameters<N::Element>,
        F: for<'n> FnOnce(&'n N) -> &'n L,
    {
        let places = places(&self.values, layer(&self.values));
        self.learned.resize(self.values.tensors(), true);
        self.bounded.clear();
        for index in places {
            self.learned[index] = false;
            self.values.tensor_mut(index).values.fill(N::Element::from_f64(0.0));
        }
    }

    /// Lets a layer learn again that was [frozen](Gradients::freeze). What an optimizer remembers of its steps before is still there; a layer that was
    /// frozen from the first step on has its own first step.
    pub fn unfreeze<L, F>(&mut self, layer: F)
    where
        L: Parameters<N::Element>,
        F: for<'n> FnOnce(&'n N) -> &'n L,
    {
        let places = places(&self.values, layer(&self.values));
        self.learned.resize(self.values.tensors(), true);
        places.into_iter().for_each(|index| self.learned[index] = true);
    }

    /// Sets what the learning rate is multiplied by for a layer, or for a network inside the network with all its layers: 0.1 lets it learn at a tenth of
    /// the optimizer's rate, whatever a schedule makes of that. A decoupled weight decay, as of [`AdamW`](crate::train::AdamW), follows the rate. The
    /// running statistics of a [`BatchNorm`](crate::layers::BatchNorm), which move by no rate, are not affected.
    ///
    /// ```
    /// use plumbline::{Network, Parameters, Trainable, train::{GradientError, Optimizer, OptimizerError, Sgd}};
    /// /// A step at a tenth of the rate; of a larger network, of one layer: `|net| &net.conv1`.
    /// fn careful<N: Trainable<Element = f32>>(net: &mut N, sgd: &mut Sgd) -> Result<(), OptimizerError> {
    ///     let mut gradients = net.gradients();
    ///     gradients.scale_learning_rate(|net| net, 0.1)?;
    ///     sgd.step(net, &gradients)
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// [`GradientError::LearningRate`] for a factor that is negative, infinite or NaN; nothing is changed then.
    pub fn scale_learning_rate<L, F>(&mut self, layer: F, factor: f64) -> Result<(), GradientError>
    where
        L: Parameters<N::Element>,
        F: for<'n> FnOnce(&'n N) -> &'n L,
    {
        if !(0.0..f64::INFINITY).contains(&factor) {
            return Err(GradientError::LearningRate { found: factor });
        }
        let places = places(&self.values, layer(&self.values));
        self.factors.resize(self.values.tensors(), 1.0);
        places.into_iter().for_each(|index| self.factors[index] = factor);
        Ok(())
    }
}

/// The indices in `net` of the parameters of a layer of it: those whose numbers lie at the same place.
fn places<E: Element>(net: &impl Parameters<E>, layer: &impl Parameters<E>) -> Vec<usize> {
    let place = |tensor: Tensor<'_, E>| tensor.values.as_ptr_range();
    let own: Vec<_> = layer.parameters().map(place).collect();
    let mine = |index: &usize| own.contains(&place(net.tensor(*index)));
    (0..net.tensors()).filter(mine).collect()
}

impl<N> Deref for Gradients<N> {
    type Target = N;

    fn deref(&self) -> &N {
        &self.values
    }
}

impl<N> DerefMut for Gradients<N> {
    fn deref_mut(&mut self) -> &mut N {
        self.bounded.clear();
        &mut self.values
    }
}
