//! Maxima and means over windows of images, and of signals.

use std::marker::PhantomData;

use crate::{
    Element, Shape,
    kernels::pool::{AveragePool, AveragePoolGradient, MaxPool, MaxPoolGradient, PoolSizes, Windows},
    layers::{WindowSizes, type_check},
    network::{View, ViewMut},
};

/// y (c, i, j) = the maximum of x (c, ·, ·) over window (i, j): `In` = (C, H, W) → `Out` = (C, H′, W′).
///
/// Padding counts as −∞. Backward, the gradient goes to the first maximum of a window in row-major order, as in PyTorch.
///
/// Source: Zhou and Chellappa, Computation of optical flow using a neural network (1988).
///
/// ```
/// use plumbline::{Const, layers::{MaxPool2d, Window}, network::abi::{View, ViewMut}};
/// type In = (Const<1>, Const<2>, Const<2>);
/// type Out = (Const<1>, Const<1>, Const<1>);
/// let pool = MaxPool2d::<In, Out, Window<2, 2, 2, 2, 0, 0, 1, 1>>::new();
/// let (x, mut y, mut d_x) = ([1.0, 4.0, 4.0, 2.0], [0.0], [0.0; 4]);
/// pool.forward(View::new(&x, 1, 1), ViewMut::new(&mut y, 1, 1));
/// assert_eq!(y, [4.0]);
/// pool.backward(View::new(&x, 1, 1), View::new(&y, 1, 1), View::new(&[5.0], 1, 1), ViewMut::new(&mut d_x, 1, 1));
/// assert_eq!(d_x, [0.0, 5.0, 0.0, 0.0]);
/// ```
pub struct MaxPool2d<In, Out, W>(PhantomData<fn(In, W) -> Out>);

/// y (c, i, j) = the mean of x (c, ·, ·) over window (i, j): `In` = (C, H, W) → `Out` = (C, H′, W′).
///
/// Padding counts as zeros: the divisor is always the kernel's size, as PyTorch's default.
///
/// Source: LeCun et al., Gradient-based learning applied to document recognition (1998), section II, without its trained factors.
///
/// ```
/// use plumbline::{Const, layers::{AvgPool2d, Window}, network::abi::{View, ViewMut}};
/// type In = (Const<1>, Const<2>, Const<2>);
/// type Out = (Const<1>, Const<1>, Const<1>);
/// let pool = AvgPool2d::<In, Out, Window<2, 2, 2, 2, 0, 0, 1, 1>>::new();
/// let (mut y, mut d_x) = ([0.0], [0.0; 4]);
/// pool.forward(View::new(&[1.0, 2.0, 3.0, 6.0], 1, 1), ViewMut::new(&mut y, 1, 1));
/// assert_eq!(y, [3.0]);
/// pool.backward(View::new(&[8.0], 1, 1), ViewMut::new(&mut d_x, 1, 1));
/// assert_eq!(d_x, [2.0; 4]);
/// ```
pub struct AvgPool2d<In, Out, W>(PhantomData<fn(In, W) -> Out>);

/// y (c, i) = the maximum of x (c, ·) over window i: a [`MaxPool2d`] over signals, which are images of height 1.
///
/// `In` = (C, 1, L) → `Out` = (C, 1, L′), with a [`Window`](crate::layers::Window) of one row. Padding counts as −∞; the gradient goes
/// to the first maximum of a window, as in PyTorch's `MaxPool1d`.
///
/// ```
/// use plumbline::{Const, layers::{MaxPool1d, Window}, network::abi::{View, ViewMut}};
/// type In = (Const<1>, Const<1>, Const<5>);
/// type Out = (Const<1>, Const<1>, Const<2>);
/// let pool = MaxPool1d::<In, Out, Window<1, 2, 1, 2, 0, 0, 1, 1>>::new();
/// let mut y = [0.0; 2];
/// pool.forward(View::new(&[1.0, 3.0, 2.0, 1.0, 9.0], 1, 1), ViewMut::new(&mut y, 1, 1));
/// assert_eq!(y, [3.0, 2.0]);
/// ```
pub type MaxPool1d<In, Out, W> = MaxPool2d<In, Out, W>;

/// y (c, i) = the mean of x (c, ·) over window i: an [`AvgPool2d`] over signals, which are images of height 1.
///
/// `In` = (C, 1, L) → `Out` = (C, 1, L′), with a [`Window`](crate::layers::Window) of one row. Padding counts as zeros, as in PyTorch's
/// `AvgPool1d`.
///
/// ```
/// use plumbline::{Const, layers::{AvgPool1d, Window}, network::abi::{View, ViewMut}};
/// type In = (Const<1>, Const<1>, Const<5>);
/// type Out = (Const<1>, Const<1>, Const<2>);
/// let pool = AvgPool1d::<In, Out, Window<1, 2, 1, 2, 0, 0, 1, 1>>::new();
/// let mut y = [0.0; 2];
/// pool.forward(View::new(&[1.0, 3.0, 2.0, 1.0, 9.0], 1, 1), ViewMut::new(&mut y, 1, 1));
/// assert_eq!(y, [2.0, 1.5]);
/// ```
pub type AvgPool1d<In, Out, W> = AvgPool2d<In, Out, W>;

#[inline(always)]
pub(super) fn sizes<In: Shape, Out: Shape>(
    windows: Windows,
    input: In::Sizes,
    output: Out::Sizes,
    lanes: usize,
) -> PoolSizes {
    const { type_check::bins::<In, Out>("a pooling layer") };
    let (input, output) = (input.as_ref(), output.as_ref());
    PoolSizes { channels: input[0], windows, input: [input[1], input[2]], output: [output[1], output[2]], lanes }
}

pub(super) fn sliding<In: Shape, Out: Shape, W: WindowSizes>() -> Windows {
    const { type_check::pools::<In, Out, W>("a pooling layer") };
    Windows::Sliding { kernel: W::KERNEL, stride: W::STRIDE, padding: W::PADDING }
}

impl<In: Shape, Out: Shape, W: WindowSizes> MaxPool2d<In, Out, W> {
    /// The layer. It has no parameters.
    #[must_use]
    pub const fn new() -> Self {
        MaxPool2d(PhantomData)
    }

    /// y = the maxima of x.
    pub fn forward<E: Element>(&self, x: View<'_, In, E>, mut y: ViewMut<'_, Out, E>) {
        E::max_pool(MaxPool {
            sizes: sizes::<In, Out>(sliding::<In, Out, W>(), x.sizes(), y.sizes(), x.lanes()),
            x: x.data(),
            y: y.data_mut(),
        });
    }

    /// d_x from d_y, where y are the maxima of x. Overwrites d_x.
    pub fn backward<E: Element>(
        &self,
        x: View<'_, In, E>,
        y: View<'_, Out, E>,
        d_y: View<'_, Out, E>,
        mut d_x: ViewMut<'_, In, E>,
    ) {
        let sizes = sizes::<In, Out>(sliding::<In, Out, W>(), x.sizes(), y.sizes(), x.lanes());
        E::max_pool_gradient(MaxPoolGradient { sizes, x: x.data(), y: y.data(), d_y: d_y.data(), d_x: d_x.data_mut() });
    }
}

impl<In: Shape, Out: Shape, W: WindowSizes> AvgPool2d<In, Out, W> {
    /// The layer. It has no parameters.
    #[must_use]
    pub const fn new() -> Self {
        AvgPool2d(PhantomData)
    }

    /// y = the means of x.
    pub fn forward<E: Element>(&self, x: View<'_, In, E>, mut y: ViewMut<'_, Out, E>) {
        E::average_pool(AveragePool {
            sizes: sizes::<In, Out>(sliding::<In, Out, W>(), x.sizes(), y.sizes(), x.lanes()),
            x: x.data(),
            y: y.data_mut(),
        });
    }

    /// d_x from d_y. Overwrites d_x.
    pub fn backward<E: Element>(&self, d_y: View<'_, Out, E>, mut d_x: ViewMut<'_, In, E>) {
        let sizes = sizes::<In, Out>(sliding::<In, Out, W>(), d_x.sizes(), d_y.sizes(), d_y.lanes());
        E::average_pool_gradient(AveragePoolGradient { sizes, d_y: d_y.data(), d_x: d_x.data_mut() });
    }
}

// Derived, these would ask the same of the types, of which no value exists.
macro_rules! implement {
    ($($name:ident<$($parameter:ident),*>)*) => {
        $(impl<$($parameter),*> Clone for $name<$($parameter),*> {
            fn clone(&self) -> Self {
                *self
            }
        }

        impl<$($parameter),*> Copy for $name<$($parameter),*> {}

        impl<$($parameter),*> Default for $name<$($parameter),*> {
            fn default() -> Self {
                $name(std::marker::PhantomData)
            }
        }

        impl<$($parameter),*> PartialEq for $name<$($parameter),*> {
            fn eq(&self, _: &Self) -> bool {
                true
            }
        }

        impl<$($parameter),*> std::fmt::Debug for $name<$($parameter),*> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(stringify!($name))
            }
        })*
    };
}

pub(super) use implement;

implement! { MaxPool2d<In, Out, W> AvgPool2d<In, Out, W> }
