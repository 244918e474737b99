//! Norms over windows of images, and of signals.

use std::{fmt, marker::PhantomData};

use crate::{
    Element, Shape,
    kernels::pool::{NormPool, NormPoolGradient},
    layers::{
        WindowSizes,
        pool2d::{sizes, sliding},
    },
    network::{View, ViewMut},
};

/// y (c, i, j) = (Σ |x (c, ·, ·)|ᵖ)^(1/p) over window (i, j): `In` = (C, H, W) → `Out` = (C, H′, W′), for a real p ≥ 1.
///
/// With p = 1 it is the sum of what the numbers are without their sign, with p = 2 the Euclidean norm, and it tends to the
/// maximum as p grows. Padding counts as zeros, which add nothing. The gradient is d_x = d_y sign(x) (|x| / y)ᵖ⁻¹, and 0
/// where y is 0.
///
/// PyTorch's `LPPool2d` takes the root of Σ xᵖ: the same for even p, and for x ≥ 0; for odd p negative numbers count against
/// the others there. It has no padding.
///
/// Source: Sermanet, Chintala and LeCun, Convolutional neural networks applied to house numbers digit classification (2012).
///
/// ```
/// use plumbline::{Const, layers::{LpPool2d, Window}, network::abi::{View, ViewMut}};
/// type In = (Const<1>, Const<1>, Const<2>);
/// type Out = (Const<1>, Const<1>, Const<1>);
/// let pool = LpPool2d::<In, Out, Window<1, 2, 1, 2, 0, 0, 1, 1>>::new(2.0);
/// let (x, mut y, mut d_x) = ([3.0, -4.0], [0.0], [0.0; 2]);
/// pool.forward(View::new(&x, 1, 1), ViewMut::new(&mut y, 1, 1));
/// assert_eq!(y, [5.0]);
/// pool.backward(View::new(&x, 1, 1), View::new(&y, 1, 1), View::new(&[10.0], 1, 1), ViewMut::new(&mut d_x, 1, 1));
/// assert_eq!(d_x, [6.0, -8.0]);
/// ```
pub struct LpPool2d<In, Out, W> {
    p: f64,
    sizes: PhantomData<fn(In, W) -> Out>,
}

/// y (c, i) = (Σ |x (c, ·)|ᵖ)^(1/p) over window i: an [`LpPool2d`] over signals, which are images of height 1.
///
/// `In` = (C, 1, L) → `Out` = (C, 1, L′), with a [`Window`](crate::layers::Window) of one row.
///
/// ```
/// use plumbline::{Const, layers::{LpPool1d, Window}, network::abi::{View, ViewMut}};
/// type In = (Const<1>, Const<1>, Const<4>);
/// type Out = (Const<1>, Const<1>, Const<2>);
/// let pool = LpPool1d::<In, Out, Window<1, 2, 1, 2, 0, 0, 1, 1>>::new(1.0);
/// let mut y = [0.0; 2];
/// pool.forward(View::new(&[1.0, -2.0, 3.0, 4.0], 1, 1), ViewMut::new(&mut y, 1, 1));
/// assert_eq!(y, [3.0, 7.0]);
/// ```
pub type LpPool1d<In, Out, W> = LpPool2d<In, Out, W>;

impl<In: Shape, Out: Shape, W: WindowSizes> LpPool2d<In, Out, W> {
    /// The layer with this p, which is at least 1. It has no parameters.
    #[must_use]
    pub const fn new(p: f64) -> Self {
        LpPool2d { p, sizes: PhantomData }
    }

    /// y = the norms of x.
    pub fn forward<E: Element>(&self, x: View<'_, In, E>, mut y: ViewMut<'_, Out, E>) {
        let sizes = sizes::<In, Out>(sliding::<In, Out, W>(), x.sizes(), y.sizes(), x.lanes());
        E::norm_pool(NormPool { sizes, p: self.p, x: x.data(), y: y.data_mut() });
    }

    /// d_x from d_y, where y are the norms of x. Overwrites d_x.
    pub fn backward<E: Element>(
        &self,
        x: View<'_, In, E>,
        y: View<'_, Out, E>,
        d_y: View<'_, Out, E>,
        mut d_x: ViewMut<'_, In, E>,
    ) {
        let sizes = sizes::<In, Out>(sliding::<In, Out, W>(), x.sizes(), y.sizes(), x.lanes());
        let (x, y, d_y, d_x) = (x.data(), y.data(), d_y.data(), d_x.data_mut());
        E::norm_pool_gradient(NormPoolGradient { sizes, p: self.p, x, y, d_y, d_x });
    }
}

// Derived, these would ask the same of the types, of which no value exists.
impl<In, Out, W> Clone for LpPool2d<In, Out, W> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<In, Out, W> Copy for LpPool2d<In, Out, W> {}

impl<In, Out, W> fmt::Debug for LpPool2d<In, Out, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LpPool2d").field("p", &self.p).finish()
    }
}
