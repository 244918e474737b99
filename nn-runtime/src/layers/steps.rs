//! Between sequences and vectors: the last step of a sequence, and a vector at each of many steps.

use crate::{
    Element, Shape,
    network::{View, ViewMut},
};

/// y = x_L: of each sequence `[T, N]` the step at its length L, a vector `[N]`. Where `lengths` is empty all are full, L = T.
///
/// ```
/// use nn_runtime::{Const, layers::last, network::{View, ViewMut}};
/// let (x, mut y) = ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [0.0; 2]);
/// let x = View::<(Const<3>, Const<1>), f64>::new(&x, 2, 1);
/// last(x, ViewMut::<(Const<1>,), f64>::new(&mut y, 2, 1), &[3, 1]);
/// assert_eq!(y, [3.0, 4.0]);
/// ```
#[inline(always)]
pub fn last<X: Shape, Y: Shape, E: Element>(x: View<'_, X, E>, mut y: ViewMut<'_, Y, E>, lengths: &[usize]) {
    let (width, n) = (x.width(), y.as_view().width());
    for (sample, y) in y.data_mut().chunks_exact_mut(n).enumerate() {
        y.copy_from_slice(&x.data()[sample * width..][place(sample, width / n, n, lengths)]);
    }
}

/// d_x of [`last`]: d_y at that step, 0 at all others.
///
/// ```
/// use nn_runtime::{Const, layers::last_backward, network::{View, ViewMut}};
/// let (d_y, mut d_x) = ([7.0, 8.0], [f64::NAN; 6]);
/// let d_y = View::<(Const<1>,), f64>::new(&d_y, 2, 1);
/// last_backward(d_y, ViewMut::<(Const<3>, Const<1>), f64>::new(&mut d_x, 2, 1), &[3, 1]);
/// assert_eq!(d_x, [0.0, 0.0, 7.0, 8.0, 0.0, 0.0]);
/// ```
#[inline(always)]
pub fn last_backward<X: Shape, Y: Shape, E: Element>(
    d_y: View<'_, Y, E>,
    mut d_x: ViewMut<'_, X, E>,
    lengths: &[usize],
) {
    let (width, n) = (d_x.as_view().width(), d_y.width());
    let samples = d_x.data_mut().chunks_exact_mut(width).zip(d_y.data().chunks_exact(n));
    for (sample, (d_x, d_y)) in samples.enumerate() {
        d_x.fill(E::zero());
        d_x[place(sample, width / n, n, lengths)].copy_from_slice(d_y);
    }
}

/// Where the last of a sample's steps of `n` numbers lies.
fn place(sample: usize, steps: usize, n: usize, lengths: &[usize]) -> std::ops::Range<usize> {
    let last = lengths.get(sample).copied().unwrap_or(steps) - 1;
    last * n..(last + 1) * n
}

/// y_t = x: the vector `[N]` at each step of a sequence `[T, N]`.
///
/// ```
/// use nn_runtime::{Const, layers::repeat, network::{View, ViewMut}};
/// let mut y = [0.0; 6];
/// let x = View::<(Const<2>,), f64>::new(&[1.0, 2.0], 1, 1);
/// repeat(x, ViewMut::<(Const<3>, Const<2>), f64>::new(&mut y, 1, 1));
/// assert_eq!(y, [1.0, 2.0, 1.0, 2.0, 1.0, 2.0]);
/// ```
#[inline(always)]
pub fn repeat<X: Shape, Y: Shape, E: Element>(x: View<'_, X, E>, mut y: ViewMut<'_, Y, E>) {
    let (n, width) = (x.width(), y.as_view().width());
    for (x, y) in x.data().chunks_exact(n).zip(y.data_mut().chunks_exact_mut(width)) {
        y.chunks_exact_mut(n).for_each(|y| y.copy_from_slice(x));
    }
}

/// d_x = Σ_t d_y_t of [`repeat`].
///
/// ```
/// use nn_runtime::{Const, layers::repeat_backward, network::{View, ViewMut}};
/// let mut d_x = [f64::NAN; 2];
/// let d_y = View::<(Const<3>, Const<2>), f64>::new(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 1, 1);
/// repeat_backward(d_y, ViewMut::<(Const<2>,), f64>::new(&mut d_x, 1, 1));
/// assert_eq!(d_x, [9.0, 12.0]);
/// ```
#[inline(always)]
pub fn repeat_backward<X: Shape, Y: Shape, E: Element>(d_y: View<'_, Y, E>, mut d_x: ViewMut<'_, X, E>) {
    let (n, width) = (d_x.as_view().width(), d_y.width());
    for (d_x, d_y) in d_x.data_mut().chunks_exact_mut(n).zip(d_y.data().chunks_exact(width)) {
        d_x.fill(E::zero());
        for d_y in d_y.chunks_exact(n) {
            d_x.iter_mut().zip(d_y).for_each(|(sum, &d)| *sum += d);
        }
    }
}
