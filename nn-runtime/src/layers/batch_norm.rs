//! y = a((x − μ) / σ · weight + bias)

use std::{fmt, marker::PhantomData};

use ndarray::{ArrayView1, ArrayViewMut1};

use crate::{
    Element, Shape,
    kernels::batch_norm::{Grids, Normalize, NormalizeGradient, Running},
    layers::{Activation, activation},
    network::{Parameters, Tensor, TensorMut, View, ViewMut},
    shape::Dimension,
};

/// y = a((x − μ) / σ · weight + bias) for each of C channels, where a is an [`Activation`] chosen at the call (Ioffe and Szegedy, Batch
/// normalization, 2015).
///
/// The channels are the first axis: \[C\], \[C, length\] or \[C, height, width\]. In training μ is the mean of a channel over all samples of
/// the batch and all its places, and σ² their variance (over their number n) plus ε. In inference μ and σ² − ε are the running mean and
/// variance, to which every step of training contributes:
///
/// running ← (1 − momentum) · running + momentum · batch, the batch's variance taken over n − 1,
///
/// as PyTorch's `BatchNorm1d` and `BatchNorm2d`, with its names and defaults: momentum 0.1 and ε 10⁻⁵; `weight`, `bias`, `running_mean` and
/// `running_var` are \[C\], ones, zeros, zeros and ones at first.
///
/// A forward pass changes nothing. The backward pass leaves momentum · (running − batch) in the `running_mean` and `running_var` of the
/// gradients, and the running statistics move **when the optimizer steps**, in every [`Optimizer`](crate::train::Optimizer) alike: see
/// [`Role::Statistic`](crate::network::Role). A training loop that skips the optimizer's step for some batch does not count it.
///
/// A single number a channel, which is one sample of \[C\], has no variance. PyTorch refuses it; here its variance is taken as 0, so that y =
/// a(bias) and no gradient goes back, and `running_var` stays as it is.
///
/// ```
/// use nn_runtime::{Const, layers::{BatchNorm, Identity}, network::{View, ViewMut}};
/// let norm = BatchNorm::<Const<2>, f64>::new(0.1, 0.0);
/// let (x, mut y) = ([1.0, 8.0, 3.0, 4.0], [0.0; 4]);
/// let x = View::<(Const<2>,), f64>::new(&x, 2, 16);
/// norm.forward_train(x, ViewMut::new(&mut y, 2, 16), Identity);
/// assert_eq!(y, [-1.0, 1.0, 1.0, -1.0]);
/// // By the running statistics, which are those of a standard normal distribution at first.
/// norm.forward(x, ViewMut::new(&mut y, 2, 16), Identity);
/// assert_eq!(y, [1.0, 8.0, 3.0, 4.0]);
/// ```
pub struct BatchNorm<C, E = f32> {
    /// The weight, then the bias.
    learned: Vec<E>,
    /// The running mean, then the running variance.
    running: Vec<E>,
    momentum: f64,
    epsilon: f64,
    size: PhantomData<fn() -> C>,
}

// Derived, these would ask the same of the size, of which no value exists.
impl<C, E: Clone> Clone for BatchNorm<C, E> {
    fn clone(&self) -> Self {
        let (learned, running) = (self.learned.clone(), self.running.clone());
        BatchNorm { learned, running, size: PhantomData, ..*self }
    }
}

impl<C, E: fmt::Debug> fmt::Debug for BatchNorm<C, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (weight, bias) = self.learned.split_at(self.learned.len() / 2);
        let (mean, variance) = self.running.split_at(self.running.len() / 2);
        f.debug_struct("BatchNorm")
            .field("weight", &weight)
            .field("bias", &bias)
            .field("running_mean", &mean)
            .field("running_var", &variance)
            .field("momentum", &self.momentum)
            .field("epsilon", &self.epsilon)
            .finish()
    }
}

/// The shape's first axis is C.
const fn fits<S: Shape, C: Dimension>() {
    assert!(S::DIMS[0] == C::SIZE, "the first axis is that of the channels");
}

/// How values of a shape lie.
fn grids<S: Shape, C: Dimension, E: Element>(x: View<'_, S, E>) -> Grids {
    if S::INTERLEAVED { Grids::images(C::SIZE, x.samples(), x.lanes()) } else { Grids::rows(x.width()) }
}

impl<C: Dimension, E: Element> BatchNorm<C, E> {
    const SHAPE: &'static [usize] = &[C::SIZE];

    /// A layer that normalizes and does no more. The running statistics move by `momentum`, from 0 to 1, towards those of a batch.
    pub fn new(momentum: f64, epsilon: f64) -> Self {
        let pair = |first: E, second: E| [vec![first; C::SIZE], vec![second; C::SIZE]].concat();
        let (learned, running) = (pair(E::one(), E::zero()), pair(E::zero(), E::one()));
        BatchNorm { learned, running, momentum, epsilon, size: PhantomData }
    }

    /// The same layer with every parameter and every statistic zero.
    #[must_use]
    pub fn zeroed(&self) -> Self {
        let zeros = || vec![E::zero(); 2 * C::SIZE];
        BatchNorm { learned: zeros(), running: zeros(), ..*self }
    }

    /// What is multiplied with the normalized numbers, \[C\].
    pub fn weight(&self) -> ArrayView1<'_, E> {
        ArrayView1::from(&self.learned[..C::SIZE])
    }

    /// The weight, to change.
    pub fn weight_mut(&mut self) -> ArrayViewMut1<'_, E> {
        ArrayViewMut1::from(&mut self.learned[..C::SIZE])
    }

    /// What is added, \[C\].
    pub fn bias(&self) -> ArrayView1<'_, E> {
        ArrayView1::from(&self.learned[C::SIZE..])
    }

    /// The bias, to change.
    pub fn bias_mut(&mut self) -> ArrayViewMut1<'_, E> {
        ArrayViewMut1::from(&mut self.learned[C::SIZE..])
    }

    /// μ in inference, \[C\].
    pub fn running_mean(&self) -> ArrayView1<'_, E> {
        ArrayView1::from(&self.running[..C::SIZE])
    }

    /// The running mean, to change.
    pub fn running_mean_mut(&mut self) -> ArrayViewMut1<'_, E> {
        ArrayViewMut1::from(&mut self.running[..C::SIZE])
    }

    /// σ² − ε in inference, \[C\].
    pub fn running_var(&self) -> ArrayView1<'_, E> {
        ArrayView1::from(&self.running[C::SIZE..])
    }

    /// The running variance, to change.
    pub fn running_var_mut(&mut self) -> ArrayViewMut1<'_, E> {
        ArrayViewMut1::from(&mut self.running[C::SIZE..])
    }

    /// The numbers of the weight and the bias, and those of the running mean and variance, to change.
    pub fn slices_mut(&mut self) -> [&mut [E]; 2] {
        [&mut self.learned, &mut self.running]
    }

    /// y by the running statistics, as in inference.
    pub fn forward<S: Shape, A: Activation<E>>(&self, x: View<'_, S, E>, y: ViewMut<'_, S, E>, a: A) {
        let (mean, variance) = self.running.split_at(C::SIZE);
        self.normalize(x, y, Some([mean, variance]), a);
    }

    /// y by the statistics of x itself, as in training.
    pub fn forward_train<S: Shape, A: Activation<E>>(&self, x: View<'_, S, E>, y: ViewMut<'_, S, E>, a: A) {
        self.normalize(x, y, None, a);
    }

    fn normalize<S: Shape, A: Activation<E>>(
        &self,
        x: View<'_, S, E>,
        mut y: ViewMut<'_, S, E>,
        moments: Option<[&[E]; 2]>,
        a: A,
    ) {
        const { fits::<S, C>() };
        let (weight, bias) = self.learned.split_at(C::SIZE);
        let floor = if A::RECTIFIES { E::zero() } else { E::neg_infinity() };
        let (grids, epsilon) = (grids::<S, C, E>(x), self.epsilon);
        E::normalize(Normalize { grids, x: x.data(), y: y.data_mut(), weight, bias, epsilon, floor, moments });
        if !A::RECTIFIES {
            activation::forward(a, y);
        }
    }

    /// The reverse of [`BatchNorm::forward_train`]: d_y = d_y ∘ a′(y) in place; adds to `share` the gradients of the weight and the bias, then
    /// by how much the running mean and the running variance fall; then d_x, which is overwritten.
    ///
    /// # Panics
    ///
    /// Where `share` is shorter than these four: a mistake in the network's memory plan, never in a user's data.
    pub fn backward<S: Shape, A: Activation<E>>(
        &self,
        x: View<'_, S, E>,
        y: View<'_, S, E>,
        mut d_y: ViewMut<'_, S, E>,
        d_x: Option<ViewMut<'_, S, E>>,
        share: &mut [E],
        a: A,
    ) {
        const { fits::<S, C>() };
        if !A::RECTIFIES {
            activation::backward(a, y, d_y.reborrow());
        }
        let (d_learned, d_running) = share[..4 * C::SIZE].split_at_mut(2 * C::SIZE);
        let (d_weight, d_bias) = d_learned.split_at_mut(C::SIZE);
        let (d_mean, d_variance) = d_running.split_at_mut(C::SIZE);
        let (mean, variance) = self.running.split_at(C::SIZE);
        let mut d_x = d_x;
        E::normalize_gradient(NormalizeGradient {
            grids: grids::<S, C, E>(x),
            x: x.data(),
            rectified: if A::RECTIFIES { y.data() } else { &[] },
            d_y: d_y.data_mut(),
            d_x: d_x.as_mut().map_or(&mut [][..], |d_x| d_x.data_mut()),
            weight: &self.learned[..C::SIZE],
            d_weight,
            d_bias,
            epsilon: self.epsilon,
            running: Running { mean, variance, d_mean, d_variance, momentum: self.momentum },
        });
    }
}

impl<C: Dimension, E: Element> Parameters<E> for BatchNorm<C, E> {
    fn tensors(&self) -> usize {
        4
    }

    fn tensor(&self, index: usize) -> Tensor<'_, E> {
        let (weight, bias) = self.learned.split_at(C::SIZE);
        let (mean, variance) = self.running.split_at(C::SIZE);
        match index {
            0 => Tensor::new("weight", Self::SHAPE, weight),
            1 => Tensor::new("bias", Self::SHAPE, bias),
            2 => Tensor::statistic("running_mean", Self::SHAPE, mean),
            3 => Tensor::statistic("running_var", Self::SHAPE, variance),
            _ => panic!("a parameter's index is below the number of parameters"),
        }
    }

    fn tensor_mut(&mut self, index: usize) -> TensorMut<'_, E> {
        let (weight, bias) = self.learned.split_at_mut(C::SIZE);
        let (mean, variance) = self.running.split_at_mut(C::SIZE);
        match index {
            0 => TensorMut::new("weight", Self::SHAPE, weight),
            1 => TensorMut::new("bias", Self::SHAPE, bias),
            2 => TensorMut::statistic("running_mean", Self::SHAPE, mean),
            3 => TensorMut::statistic("running_var", Self::SHAPE, variance),
            _ => panic!("a parameter's index is below the number of parameters"),
        }
    }
}

#[cfg(test)]
mod tests;
