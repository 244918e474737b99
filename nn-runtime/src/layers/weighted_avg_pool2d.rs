//! Means over windows of images, and of signals, weighted by the distance from the window's centre.

use std::{fmt, marker::PhantomData};

use crate::{
    Element, Shape,
    kernels::pool::{WeightedPool, WeightedPoolGradient},
    layers::{
        WindowSizes,
        pool2d::{sizes, sliding},
    },
    network::{View, ViewMut},
};

/// y (c, i, j) = Σ g (d) · x (c, ·, ·) over window (i, j), where d is the distance from the window's centre and g (d) ∝ exp(−d² / 2σ²) sums
/// to 1 over the window: `In` = (C, H, W) → `Out` = (C, H′, W′).
///
/// Without a σ, it is a quarter of the kernel's size along each axis, so that a window reaches as far as 2σ to each side. Padding
/// counts as zeros, as in [`AvgPool2d`](crate::layers::AvgPool2d), which this becomes as σ grows.
///
/// Source: Goodfellow, Bengio and Courville, Deep Learning (2016), section 9.3.
///
/// ```
/// use plumbline::{Const, layers::{WeightedAvgPool2d, Window}, network::abi::{View, ViewMut}};
/// type In = (Const<1>, Const<1>, Const<3>);
/// type Out = (Const<1>, Const<1>, Const<1>);
/// // exp(−1 / 2σ²) = 1 / 2: weights 1/4, 1/2, 1/4.
/// let sigma = (0.5 / 2.0_f64.ln()).sqrt();
/// let pool = WeightedAvgPool2d::<In, Out, Window<1, 3, 1, 1, 0, 0, 1, 1>>::new(Some(sigma));
/// let (mut y, mut d_x) = ([0.0], [0.0; 3]);
/// pool.forward(View::new(&[1.0, 2.0, 7.0], 1, 1), ViewMut::new(&mut y, 1, 1));
/// assert_eq!(y, [3.0]);
/// pool.backward(View::new(&[8.0], 1, 1), ViewMut::new(&mut d_x, 1, 1));
/// assert_eq!(d_x, [2.0, 4.0, 2.0]);
/// ```
pub struct WeightedAvgPool2d<In, Out, W> {
    sigma: Option<f64>,
    sizes: PhantomData<fn(In, W) -> Out>,
}

/// y (c, i) = Σ g (d) · x (c, ·) over window i: a [`WeightedAvgPool2d`] over signals, which are images of height 1.
///
/// `In` = (C, 1, L) → `Out` = (C, 1, L′), with a [`Window`](crate::layers::Window) of one row.
///
/// ```
/// use plumbline::{Const, layers::{WeightedAvgPool1d, Window}, network::abi::{View, ViewMut}};
/// type In = (Const<1>, Const<1>, Const<4>);
/// type Out = (Const<1>, Const<1>, Const<2>);
/// // Of two, both are as near to the centre.
/// let pool = WeightedAvgPool1d::<In, Out, Window<1, 2, 1, 2, 0, 0, 1, 1>>::new(None);
/// let mut y = [0.0; 2];
/// pool.forward(View::new(&[1.0, 2.0, 3.0, 5.0], 1, 1), ViewMut::new(&mut y, 1, 1));
/// assert_eq!(y, [1.5, 4.0]);
/// ```
pub type WeightedAvgPool1d<In, Out, W> = WeightedAvgPool2d<In, Out, W>;

impl<In: Shape, Out: Shape, W: WindowSizes> WeightedAvgPool2d<In, Out, W> {
    /// The layer with this σ, in pixels and more than 0. It has no parameters.
    #[must_use]
    pub const fn new(sigma: Option<f64>) -> Self {
        WeightedAvgPool2d { sigma, sizes: PhantomData }
    }

    /// σ along each axis.
    fn sigma(&self) -> [f64; 2] {
        W::KERNEL.map(|size| self.sigma.unwrap_or(size as f64 / 4.0))
    }

    /// y = the weighted means of x.
    pub fn forward<E: Element>(&self, x: View<'_, In, E>, mut y: ViewMut<'_, Out, E>) {
        let sizes = sizes::<In, Out>(sliding::<In, Out, W>(), x.sizes(), y.sizes(), x.lanes());
        E::weighted_pool(WeightedPool { sizes, sigma: self.sigma(), x: x.data(), y: y.data_mut() });
    }

    /// d_x from d_y. Overwrites d_x.
    pub fn backward<E: Element>(&self, d_y: View<'_, Out, E>, mut d_x: ViewMut<'_, In, E>) {
        let sizes = sizes::<In, Out>(sliding::<In, Out, W>(), d_x.sizes(), d_y.sizes(), d_y.lanes());
        let (d_y, d_x) = (d_y.data(), d_x.data_mut());
        E::weighted_pool_gradient(WeightedPoolGradient { sizes, sigma: self.sigma(), d_y, d_x });
    }
}

// Derived, these would ask the same of the types, of which no value exists.
impl<In, Out, W> Clone for WeightedAvgPool2d<In, Out, W> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<In, Out, W> Copy for WeightedAvgPool2d<In, Out, W> {}

impl<In, Out, W> fmt::Debug for WeightedAvgPool2d<In, Out, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WeightedAvgPool2d").field("sigma", &self.sigma).finish()
    }
}
