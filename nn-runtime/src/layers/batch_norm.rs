//! y = a((x − μ) / σ · weight + bias)

use std::{fmt, marker::PhantomData};

use ndarray::{ArrayView1, ArrayViewMut1};

use crate::{
    Element, Shape,
    kernels::batch_norm::{GradientSums, Grids, Moments, Normalize, NormalizeGradient},
    layers::{Activation, activation, type_check},
    network::{Common, Measured, Parameters, Steps, Tensor, TensorMut, View, ViewMut},
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
/// The parts that a batch is cut into measure their own numbers first; once all have, each normalizes by those of all: see
/// [`Common`](crate::network::abi::Common).
///
/// A forward pass changes nothing: [`Trainable::update_buffers`](crate::Trainable::update_buffers) lets the running statistics move by what the last
/// one of training has measured, once for each, as a [`Trainer`](crate::train::Trainer) does after each step.
///
/// A single number a channel, which is one sample of \[C\], has no variance. PyTorch refuses it; here its variance is taken as 0, so that y =
/// a(bias) and no gradient goes back, and `running_var` stays as it is.
///
/// ```
/// use plumbline::{Const, layers::{BatchNorm, Identity}, network::abi::{Common, Learned, Measured, View, ViewMut}};
/// let mut norm = BatchNorm::<Const<2>, f64>::new(0.1, 0.0);
/// let (x, mut y) = ([1.0, 8.0, 3.0, 4.0], [0.0; 4]);
/// let x = View::<(Const<2>,), f64>::new(&x, 2, 16);
/// // A batch of one part, whose statistics are those of all.
/// let mut own = [0.0; BatchNorm::<Const<2>, f64>::COMMON];
/// norm.measure(x, &mut Common::new(&mut own, &[], 9));
/// let all = own;
/// norm.forward_train(x, ViewMut::new(&mut y, 2, 16), &mut Common::new(&mut own, &all, 9), Identity);
/// assert_eq!(y, [-1.0, 1.0, 1.0, -1.0]);
/// // By the running statistics, which are those of a standard normal distribution at first.
/// norm.forward(x, ViewMut::new(&mut y, 2, 16), Identity);
/// assert_eq!(y, [1.0, 8.0, 3.0, 4.0]);
/// norm.update_buffers(Measured::new(&own, Learned::ALL));
/// assert_eq!(norm.running_mean().to_vec(), [0.2, 0.6000000000000001]);
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
    type_check::axis::<S>("`BatchNorm`", 0, 0, C::SIZE);
}

/// The numbers of a channel.
fn numbers<S: Shape, C: Dimension, E: Element>(x: View<'_, S, E>) -> f64 {
    (x.samples() * x.width() / C::SIZE) as f64
}

/// How values of a shape lie.
fn grids<S: Shape, C: Dimension, E: Element>(x: View<'_, S, E>) -> Grids {
    if S::INTERLEAVED { Grids::images(C::SIZE, x.samples(), x.lanes()) } else { Grids::rows(x.width()) }
}

impl<C: Dimension, E: Element> BatchNorm<C, E> {
    const SHAPE: &'static [usize] = &[C::SIZE];
    /// The numbers that a part tells the others, see [`Common`].
    pub const COMMON: usize = 1 + 4 * C::SIZE;

    /// A layer that normalizes and does no more. The running statistics move by `momentum`, from 0 to 1, towards those of a batch.
    pub fn new(momentum: f64, epsilon: f64) -> Self {
        const { type_check::parameter("the weight of `BatchNorm`", Self::SHAPE) };
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

    /// The numbers of the weight and the bias, to change.
    pub fn slices_mut(&mut self) -> [&mut [E]; 2] {
        self.learned.split_at_mut(C::SIZE).into()
    }

    /// y by the running statistics, as in inference.
    pub fn forward<S: Shape, A: Activation<E>>(&self, x: View<'_, S, E>, y: ViewMut<'_, S, E>, a: A) {
        let (mean, variance) = self.running.split_at(C::SIZE);
        self.normalize(x, y, [mean, variance], a);
    }

    /// What the parts of a batch have to tell each other: the statistics of this one's x.
    pub fn measure<S: Shape>(&self, x: View<'_, S, E>, common: &mut Common<'_, E>) {
        const { fits::<S, C>() };
        let Fields { count, mean, variance, .. } = Fields::new::<C>(common.own(Self::COMMON));
        let numbers = numbers::<S, C, E>(x);
        *count = E::from_f64(numbers);
        E::moments(Moments { grids: grids::<S, C, E>(x), x: x.data(), mean, squares: variance, count: numbers });
    }

    /// [`BatchNorm::measure`] of sequences: padding counts nowhere. `steps` says which steps of x are real; time is not the axis of the
    /// channels.
    pub fn measure_steps<S: Shape>(&self, x: View<'_, S, E>, steps: Steps<'_>, common: &mut Common<'_, E>) {
        if steps.are_full() {
            return self.measure(x, common);
        }
        const { fits::<S, C>() };
        let Fields { count, mean, variance, .. } = Fields::new::<C>(common.own(Self::COMMON));
        let (width, samples) = (x.width(), x.samples());
        let each = width / C::SIZE / steps.count.max(1);
        let numbers = ((0..samples).map(|sample| steps.length(sample)).sum::<usize>() * each) as f64;
        *count = E::from_f64(numbers);
        // The place of a sample's first number, and how far its next one is.
        let (first, next) = if S::INTERLEAVED { (1, x.lanes()) } else { (width, 1) };
        let data = x.data();
        for (channel, (mean, variance)) in mean.iter_mut().zip(variance).enumerate() {
            let sum = |f: &dyn Fn(f64) -> f64| {
                let mut sum = 0.0;
                for sample in 0..samples {
                    let length = steps.length(sample);
                    for place in (0..width / C::SIZE).filter(|place| place / steps.inner % steps.count < length) {
                        let place = channel * (width / C::SIZE) + place;
                        sum += f(data[sample * first + place * next].as_f64());
                    }
                }
                sum
            };
            let middle = sum(&|x| x) / numbers;
            (*mean, *variance) = (E::from_f64(middle), E::from_f64(sum(&|x| (x - middle) * (x - middle))));
        }
    }

    /// y by the statistics of the batch, of which each part has called [`BatchNorm::measure`].
    pub fn forward_train<S: Shape, A: Activation<E>>(
        &self,
        x: View<'_, S, E>,
        y: ViewMut<'_, S, E>,
        common: &mut Common<'_, E>,
        a: A,
    ) {
        let (own, parts) = common.split(Self::COMMON);
        let Fields { count, mean, variance, .. } = Fields::new::<C>(own);
        // A part's number, mean and squares.
        let part =
            |part: &[E], channel: usize| [0, 1, 1 + C::SIZE].map(|place| part[place + place.min(1) * channel].as_f64());
        let all = parts.clone().map(|part| part[0].as_f64()).sum::<f64>();
        for (channel, (mean, variance)) in mean.iter_mut().zip(&mut *variance).enumerate() {
            let of = || parts.clone().map(|found| part(found, channel));
            let middle = of().map(|[count, mean, _]| count * mean).sum::<f64>() / all;
            let squares = of().map(|[count, mean, squares]| squares + count * (mean - middle) * (mean - middle));
            (*mean, *variance) = (E::from_f64(middle), E::from_f64(squares.sum::<f64>() / all));
        }
        *count = E::from_f64(all);
        self.normalize(x, y, [&*mean, &*variance], a);
    }

    fn normalize<S: Shape, A: Activation<E>>(&self, x: View<'_, S, E>, mut y: ViewMut<'_, S, E>, by: [&[E]; 2], a: A) {
        const { fits::<S, C>() };
        let (weight, bias) = self.learned.split_at(C::SIZE);
        let floor = if A::RECTIFIES { E::zero() } else { E::neg_infinity() };
        let (grids, epsilon, [mean, variance]) = (grids::<S, C, E>(x), self.epsilon, by);
        E::normalize(Normalize { grids, x: x.data(), y: y.data_mut(), weight, bias, mean, variance, epsilon, floor });
        if !A::RECTIFIES {
            activation::forward(a, y);
        }
    }

    /// The first half of the reverse of [`BatchNorm::forward_train`]: d_y = d_y ∘ a′(y) in place; this part's sums, which the others need;
    /// adds to `share`, unless that is empty, its part of the gradients of the weight and the bias.
    ///
    /// # Panics
    ///
    /// Where `share` is shorter than these two, and not empty: a mistake in the network's memory plan, never in a user's data.
    pub fn measure_gradient<S: Shape, A: Activation<E>>(
        &self,
        x: View<'_, S, E>,
        y: View<'_, S, E>,
        mut d_y: ViewMut<'_, S, E>,
        common: &mut Common<'_, E>,
        share: &mut [E],
        a: A,
    ) {
        if !A::RECTIFIES {
            activation::backward(a, y, d_y.reborrow());
        }
        let Fields { mean, variance, sums, products, .. } = Fields::new::<C>(common.own(Self::COMMON));
        E::gradient_sums(GradientSums {
            grids: grids::<S, C, E>(x),
            x: x.data(),
            rectified: if A::RECTIFIES { y.data() } else { &[] },
            d_y: d_y.data_mut(),
            mean,
            sums,
            products,
        });
        if share.is_empty() {
            return;
        }
        let (d_weight, d_bias) = share[..2 * C::SIZE].split_at_mut(C::SIZE);
        for channel in 0..C::SIZE {
            let scale = 1.0 / (variance[channel].as_f64() + self.epsilon).sqrt();
            d_weight[channel] += E::from_f64(products[channel].as_f64() * scale);
            d_bias[channel] += sums[channel];
        }
    }

    /// The second half: d_x, which is overwritten, after each part has called [`BatchNorm::measure_gradient`].
    pub fn backward<S: Shape>(
        &self,
        x: View<'_, S, E>,
        d_y: View<'_, S, E>,
        mut d_x: ViewMut<'_, S, E>,
        common: &mut Common<'_, E>,
    ) {
        let (own, parts) = common.split(Self::COMMON);
        let Fields { count, mean, variance, sums, products } = Fields::new::<C>(own);
        for (place, sum) in (1 + 2 * C::SIZE..).zip(sums.iter_mut().chain(&mut *products)) {
            *sum = E::from_f64(parts.clone().map(|part| part[place].as_f64()).sum());
        }
        E::normalize_gradient(NormalizeGradient {
            grids: grids::<S, C, E>(x),
            x: x.data(),
            d_y: d_y.data(),
            d_x: d_x.data_mut(),
            weight: &self.learned[..C::SIZE],
            mean,
            variance,
            epsilon: self.epsilon,
            sums,
            products,
            count: count.as_f64(),
        });
    }

    /// running ← running + momentum · (batch − running), the variance over n − 1, from what a part has after [`BatchNorm::forward_train`]. A layer that is
    /// frozen keeps them, and one that has met a single number a channel its variance.
    pub fn update_buffers(&mut self, measured: Measured<'_, E>) {
        let Some(measured) = measured.numbers() else { return };
        let count = measured[0].as_f64();
        for (place, running) in self.running.iter_mut().enumerate() {
            // The mean of each channel, then its variance.
            let bessel = match place < C::SIZE {
                true => 1.0,
                false if count < 2.0 => continue,
                false => count / (count - 1.0),
            };
            let (old, batch) = (running.as_f64(), measured[1 + place].as_f64() * bessel);
            *running = E::from_f64(old + self.momentum * (batch - old));
        }
    }
}

/// What a part tells the others, and then what all of them have told.
struct Fields<'a, E> {
    /// The numbers of a channel.
    count: &'a mut E,
    mean: &'a mut [E],
    /// A part tells the sum of squared distances from its mean.
    variance: &'a mut [E],
    /// Σ d
    sums: &'a mut [E],
    /// Σ d · (x − μ)
    products: &'a mut [E],
}

impl<'a, E> Fields<'a, E> {
    fn new<C: Dimension>(fields: &'a mut [E]) -> Self {
        let (count, fields) = fields.split_first_mut().expect("a number and four for each channel");
        let (mean, fields) = fields.split_at_mut(C::SIZE);
        let (variance, fields) = fields.split_at_mut(C::SIZE);
        let (sums, products) = fields.split_at_mut(C::SIZE);
        Fields { count, mean, variance, sums, products }
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
            2 => Tensor::buffer("running_mean", Self::SHAPE, mean),
            3 => Tensor::buffer("running_var", Self::SHAPE, variance),
            _ => panic!("a parameter's index is below the number of parameters"),
        }
    }

    fn tensor_mut(&mut self, index: usize) -> TensorMut<'_, E> {
        let (weight, bias) = self.learned.split_at_mut(C::SIZE);
        let (mean, variance) = self.running.split_at_mut(C::SIZE);
        match index {
            0 => TensorMut::new("weight", Self::SHAPE, weight),
            1 => TensorMut::new("bias", Self::SHAPE, bias),
            2 => TensorMut::buffer("running_mean", Self::SHAPE, mean),
            3 => TensorMut::buffer("running_var", Self::SHAPE, variance),
            _ => panic!("a parameter's index is below the number of parameters"),
        }
    }
}

#[cfg(test)]
mod tests;
