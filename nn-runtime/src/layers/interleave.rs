//! Between the two orders that values lie in.

use crate::{
    Element, Shape,
    check::equal,
    kernels,
    network::{View, ViewMut},
};

/// The same numbers, from samples one after the other to samples side by side. Lanes beyond the samples become zero.
///
/// ```
/// use plumbline::{Const, layers::interleave, network::abi::{View, ViewMut}};
/// let x = View::<(Const<2>,), f32>::new(&[1.0, 2.0, 3.0, 4.0], 2, 16);
/// let mut y = [9.0; 32];
/// interleave(x, ViewMut::<(Const<1>, Const<1>, Const<2>), f32>::new(&mut y, 2, 16));
/// assert_eq!((y[..3].to_vec(), y[16..19].to_vec()), (vec![1.0, 3.0, 0.0], vec![2.0, 4.0, 0.0]));
/// ```
pub fn interleave<A: Shape, B: Shape, E: Element>(x: View<'_, A, E>, mut y: ViewMut<'_, B, E>) {
    const { assert!(!A::INTERLEAVED && B::INTERLEAVED && equal(A::LEN, B::LEN)) };
    let lanes = y.lanes();
    kernels::layout::to_batch_innermost(x.data(), x.samples(), x.width(), y.data_mut(), lanes);
}

/// The reverse of [`interleave`].
///
/// ```
/// use plumbline::{Const, layers::deinterleave, network::abi::{View, ViewMut}};
/// let mut x = [0.0; 32];
/// (x[0], x[1], x[16], x[17]) = (1.0, 3.0, 2.0, 4.0);
/// let mut y = [0.0; 4];
/// let x = View::<(Const<1>, Const<1>, Const<2>), f32>::new(&x, 2, 16);
/// deinterleave(x, ViewMut::<(Const<2>,), f32>::new(&mut y, 2, 16));
/// assert_eq!(y, [1.0, 2.0, 3.0, 4.0]);
/// ```
pub fn deinterleave<A: Shape, B: Shape, E: Element>(x: View<'_, A, E>, mut y: ViewMut<'_, B, E>) {
    const { assert!(A::INTERLEAVED && !B::INTERLEAVED && equal(A::LEN, B::LEN)) };
    kernels::layout::from_batch_innermost(x.data(), x.lanes(), x.width(), y.data_mut());
}
