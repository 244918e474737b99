//! Values side by side along one axis.

use crate::{
    Element, Shape,
    network::{View, ViewMut},
    shape::product,
};

/// y = [x₁, x₂, …] along the axis `AXIS` of a sample; the other axes are equal.
///
/// Each source is put at its offset along the axis, the sum of the sizes before it; the backward pass takes its gradient from there.
///
/// ```
/// use nn_runtime::{Const, layers::Concat, network::{View, ViewMut}};
/// let mut data = [0.0; 6];
/// let mut y = ViewMut::<(Const<3>,), f64>::new(&mut data, 2, 16);
/// Concat::<0>::put(View::<(Const<1>,), f64>::new(&[1.0, 2.0], 2, 16), y.reborrow(), 0);
/// Concat::<0>::put(View::<(Const<2>,), f64>::new(&[3.0, 4.0, 5.0, 6.0], 2, 16), y.reborrow(), 1);
/// assert_eq!(data, [1.0, 3.0, 4.0, 2.0, 5.0, 6.0]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Concat<const AXIS: usize>;

/// How a source lies in the whole: runs of `run` numbers, at `start` of every `stride` numbers.
struct Runs {
    run: usize,
    stride: usize,
    start: usize,
}

impl<const AXIS: usize> Concat<AXIS> {
    #[inline(always)]
    fn runs<X: Shape, Y: Shape>(lanes: usize, offset: usize) -> Runs {
        const { assert!(X::DIMS.len() == Y::DIMS.len() && AXIS < X::DIMS.len()) };
        let inner = product(&X::DIMS[AXIS + 1..]) * if X::INTERLEAVED { lanes } else { 1 };
        Runs { run: X::DIMS[AXIS] * inner, stride: Y::DIMS[AXIS] * inner, start: offset * inner }
    }

    /// Copies x to its place in y, `offset` from the start of the axis.
    #[inline(always)]
    pub fn put<X: Shape, Y: Shape, E: Element>(x: View<'_, X, E>, mut y: ViewMut<'_, Y, E>, offset: usize) {
        let Runs { run, stride, start } = Self::runs::<X, Y>(x.lanes(), offset);
        for (x, y) in x.data().chunks_exact(run.max(1)).zip(y.data_mut().chunks_exact_mut(stride.max(1))) {
            y[start..start + run].copy_from_slice(x);
        }
    }

    /// Copies d_x from its place in d_y.
    #[inline(always)]
    pub fn take<X: Shape, Y: Shape, E: Element>(d_y: View<'_, Y, E>, mut d_x: ViewMut<'_, X, E>, offset: usize) {
        let Runs { run, stride, start } = Self::runs::<X, Y>(d_y.lanes(), offset);
        for (d_x, d_y) in d_x.data_mut().chunks_exact_mut(run.max(1)).zip(d_y.data().chunks_exact(stride.max(1))) {
            d_x.copy_from_slice(&d_y[start..start + run]);
        }
    }
}
