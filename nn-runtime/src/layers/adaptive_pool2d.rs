//! Maxima and means over as many bins of an image, or of a signal, as are asked for.

use std::marker::PhantomData;

use crate::{
    Element, Shape,
    kernels::{
        pool::{AveragePool, AveragePoolGradient, MaxPool, MaxPoolGradient, PoolSizes, Windows},
        scratch,
    },
    layers::{
        one_by_one::samples,
        pool2d::{implement, sizes},
    },
    network::{Steps, View, ViewMut},
};

/// y (c, i, j) = the maximum of x (c, ·, ·) over bin (i, j): `In` = (C, H, W) → `Out` = (C, H′, W′).
///
/// Bin i covers rows ⌊i·H/H′⌋ to ⌈(i+1)·H/H′⌉ without the last, and columns likewise, as PyTorch's `AdaptiveMaxPool2d`: bins overlap where
/// H′ does not divide H. Backward, the gradient goes to the first maximum of a bin in row-major order.
///
/// With one bin it is the global maximum of each channel.
///
/// Source: He et al., Spatial pyramid pooling in deep convolutional networks for visual recognition (2014).
///
/// ```
/// use plumbline::{Const, layers::AdaptiveMaxPool2d, network::abi::{View, ViewMut}};
/// type In = (Const<1>, Const<1>, Const<3>);
/// type Out = (Const<1>, Const<1>, Const<2>);
/// let pool = AdaptiveMaxPool2d::<In, Out>::new();
/// let (x, mut y, mut d_x) = ([1.0, 4.0, 2.0], [0.0; 2], [0.0; 3]);
/// pool.forward(View::new(&x, 1, 1), ViewMut::new(&mut y, 1, 1));
/// assert_eq!(y, [4.0, 4.0]);
/// pool.backward(View::new(&x, 1, 1), View::new(&y, 1, 1), View::new(&[5.0, 6.0], 1, 1), ViewMut::new(&mut d_x, 1, 1));
/// assert_eq!(d_x, [0.0, 11.0, 0.0]);
/// ```
pub struct AdaptiveMaxPool2d<In, Out>(PhantomData<fn(In) -> Out>);

/// y (c, i, j) = the mean of x (c, ·, ·) over bin (i, j): `In` = (C, H, W) → `Out` = (C, H′, W′).
///
/// The bins are those of [`AdaptiveMaxPool2d`], as PyTorch's `AdaptiveAvgPool2d`.
///
/// With one bin it is the global mean of each channel.
///
/// Source: for one bin Lin, Chen and Yan, Network in network (2014).
///
/// ```
/// use plumbline::{Const, layers::AdaptiveAvgPool2d, network::abi::{View, ViewMut}};
/// type In = (Const<1>, Const<1>, Const<3>);
/// type Out = (Const<1>, Const<1>, Const<2>);
/// let pool = AdaptiveAvgPool2d::<In, Out>::new();
/// let (mut y, mut d_x) = ([0.0; 2], [0.0; 3]);
/// pool.forward(View::new(&[1.0, 4.0, 2.0], 1, 1), ViewMut::new(&mut y, 1, 1));
/// assert_eq!(y, [2.5, 3.0]);
/// pool.backward(View::new(&[2.0, 4.0], 1, 1), ViewMut::new(&mut d_x, 1, 1));
/// assert_eq!(d_x, [1.0, 3.0, 2.0]);
/// ```
pub struct AdaptiveAvgPool2d<In, Out>(PhantomData<fn(In) -> Out>);

/// y (c, i) = the maximum of x (c, ·) over bin i: an [`AdaptiveMaxPool2d`] over signals, which are images of height 1.
///
/// `In` = (C, 1, L) → `Out` = (C, 1, L′). Bin i covers ⌊i·L/L′⌋ to ⌈(i+1)·L/L′⌉ without the last, as PyTorch's `AdaptiveMaxPool1d`.
///
/// ```
/// use plumbline::{Const, layers::AdaptiveMaxPool1d, network::abi::{View, ViewMut}};
/// let pool = AdaptiveMaxPool1d::<(Const<1>, Const<1>, Const<5>), (Const<1>, Const<1>, Const<2>)>::new();
/// let mut y = [0.0; 2];
/// pool.forward(View::new(&[1.0, 3.0, 2.0, 1.0, 0.0], 1, 1), ViewMut::new(&mut y, 1, 1));
/// assert_eq!(y, [3.0, 2.0]);
/// ```
pub type AdaptiveMaxPool1d<In, Out> = AdaptiveMaxPool2d<In, Out>;

/// y (c, i) = the mean of x (c, ·) over bin i: an [`AdaptiveAvgPool2d`] over signals, which are images of height 1.
///
/// `In` = (C, 1, L) → `Out` = (C, 1, L′). Bin i covers ⌊i·L/L′⌋ to ⌈(i+1)·L/L′⌉ without the last, as PyTorch's `AdaptiveAvgPool1d`.
///
/// ```
/// use plumbline::{Const, layers::AdaptiveAvgPool1d, network::abi::{View, ViewMut}};
/// let pool = AdaptiveAvgPool1d::<(Const<1>, Const<1>, Const<5>), (Const<1>, Const<1>, Const<2>)>::new();
/// let mut y = [0.0; 2];
/// pool.forward(View::new(&[1.0, 3.0, 2.0, 1.0, 0.0], 1, 1), ViewMut::new(&mut y, 1, 1));
/// assert_eq!(y, [2.0, 1.0]);
/// ```
pub type AdaptiveAvgPool1d<In, Out> = AdaptiveAvgPool2d<In, Out>;

impl<In: Shape, Out: Shape> AdaptiveMaxPool2d<In, Out> {
    /// The layer. It has no parameters.
    #[must_use]
    pub const fn new() -> Self {
        AdaptiveMaxPool2d(PhantomData)
    }

    /// y = the maxima of x.
    pub fn forward<E: Element>(&self, x: View<'_, In, E>, mut y: ViewMut<'_, Out, E>) {
        let sizes = sizes::<In, Out>(Windows::Adaptive, x.sizes(), y.sizes(), x.lanes());
        E::max_pool(MaxPool { sizes, x: x.data(), y: y.data_mut() });
    }

    /// y = the maxima of x over the bins of each sequence by itself, where `steps` says which steps are real.
    pub fn forward_steps<E: Element>(&self, x: View<'_, In, E>, mut y: ViewMut<'_, Out, E>, steps: Steps<'_>) {
        if steps.are_full() {
            return self.forward(x, y);
        }
        let sizes = sizes::<In, Out>(Windows::Adaptive, x.sizes(), y.sizes(), x.lanes());
        forward_steps(sizes, steps, x, &mut y, |sizes, x, y| E::max_pool(MaxPool { sizes, x, y }));
    }

    /// d_x from d_y for each sequence by itself. Overwrites d_x.
    pub fn backward_steps<E: Element>(
        &self,
        x: View<'_, In, E>,
        y: View<'_, Out, E>,
        d_y: View<'_, Out, E>,
        mut d_x: ViewMut<'_, In, E>,
        steps: Steps<'_>,
    ) {
        if steps.are_full() {
            return self.backward(x, y, d_y, d_x);
        }
        let sizes = sizes::<In, Out>(Windows::Adaptive, x.sizes(), y.sizes(), x.lanes());
        let to = d_x.data_mut();
        to.fill(E::zero());
        for sample in samples(sizes, steps, x.samples()) {
            let [inputs, outputs] = sample.numbers();
            scratch::with(2 * (inputs + outputs), |memory: &mut [E]| {
                let (own_x, memory) = memory.split_at_mut(inputs);
                let (own_d_x, memory) = memory.split_at_mut(inputs);
                let (own_y, own_d_y) = memory.split_at_mut(outputs);
                sample.take_input(x.data(), own_x);
                sample.take_output(y.data(), own_y);
                sample.take_output(d_y.data(), own_d_y);
                let (sizes, d_x) = (sample.sizes, &mut *own_d_x);
                E::max_pool_gradient(MaxPoolGradient { sizes, x: own_x, y: own_y, d_y: own_d_y, d_x });
                sample.put_input(own_d_x, to);
            });
        }
    }

    /// d_x from d_y, where y are the maxima of x. Overwrites d_x.
    pub fn backward<E: Element>(
        &self,
        x: View<'_, In, E>,
        y: View<'_, Out, E>,
        d_y: View<'_, Out, E>,
        mut d_x: ViewMut<'_, In, E>,
    ) {
        let sizes = sizes::<In, Out>(Windows::Adaptive, x.sizes(), y.sizes(), x.lanes());
        E::max_pool_gradient(MaxPoolGradient { sizes, x: x.data(), y: y.data(), d_y: d_y.data(), d_x: d_x.data_mut() });
    }
}

impl<In: Shape, Out: Shape> AdaptiveAvgPool2d<In, Out> {
    /// The layer. It has no parameters.
    #[must_use]
    pub const fn new() -> Self {
        AdaptiveAvgPool2d(PhantomData)
    }

    /// y = the means of x.
    pub fn forward<E: Element>(&self, x: View<'_, In, E>, mut y: ViewMut<'_, Out, E>) {
        let sizes = sizes::<In, Out>(Windows::Adaptive, x.sizes(), y.sizes(), x.lanes());
        E::average_pool(AveragePool { sizes, x: x.data(), y: y.data_mut() });
    }

    /// y = the means of x over the bins of each sequence by itself, where `steps` says which steps are real.
    pub fn forward_steps<E: Element>(&self, x: View<'_, In, E>, mut y: ViewMut<'_, Out, E>, steps: Steps<'_>) {
        if steps.are_full() {
            return self.forward(x, y);
        }
        let sizes = sizes::<In, Out>(Windows::Adaptive, x.sizes(), y.sizes(), x.lanes());
        forward_steps(sizes, steps, x, &mut y, |sizes, x, y| E::average_pool(AveragePool { sizes, x, y }));
    }

    /// d_x from d_y for each sequence by itself. Overwrites d_x.
    pub fn backward_steps<E: Element>(&self, d_y: View<'_, Out, E>, mut d_x: ViewMut<'_, In, E>, steps: Steps<'_>) {
        if steps.are_full() {
            return self.backward(d_y, d_x);
        }
        let sizes = sizes::<In, Out>(Windows::Adaptive, d_x.sizes(), d_y.sizes(), d_y.lanes());
        let to = d_x.data_mut();
        to.fill(E::zero());
        for sample in samples(sizes, steps, d_y.samples()) {
            let [inputs, outputs] = sample.numbers();
            scratch::with(inputs + outputs, |memory: &mut [E]| {
                let (own_d_x, own_d_y) = memory.split_at_mut(inputs);
                sample.take_output(d_y.data(), own_d_y);
                let (sizes, d_x) = (sample.sizes, &mut *own_d_x);
                E::average_pool_gradient(AveragePoolGradient { sizes, d_y: own_d_y, d_x });
                sample.put_input(own_d_x, to);
            });
        }
    }

    /// d_x from d_y. Overwrites d_x.
    pub fn backward<E: Element>(&self, d_y: View<'_, Out, E>, mut d_x: ViewMut<'_, In, E>) {
        let sizes = sizes::<In, Out>(Windows::Adaptive, d_x.sizes(), d_y.sizes(), d_y.lanes());
        E::average_pool_gradient(AveragePoolGradient { sizes, d_y: d_y.data(), d_x: d_x.data_mut() });
    }
}

/// y from x for each sequence by itself, by `pool`.
fn forward_steps<In: Shape, Out: Shape, E: Element>(
    sizes: PoolSizes,
    steps: Steps<'_>,
    x: View<'_, In, E>,
    y: &mut ViewMut<'_, Out, E>,
    pool: impl Fn(PoolSizes, &[E], &mut [E]),
) {
    let to = y.data_mut();
    // Lanes without a sample.
    to.fill(E::zero());
    for sample in samples(sizes, steps, x.samples()) {
        let [inputs, outputs] = sample.numbers();
        scratch::with(inputs + outputs, |memory| {
            let (own_x, own_y) = memory.split_at_mut(inputs);
            sample.take_input(x.data(), own_x);
            pool(sample.sizes, own_x, own_y);
            sample.put_output(own_y, to);
        });
    }
}

implement! { AdaptiveMaxPool2d<In, Out> AdaptiveAvgPool2d<In, Out> }
