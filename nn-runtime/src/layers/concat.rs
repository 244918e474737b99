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
/// use plumbline::{Const, layers::Concat, network::abi::{View, ViewMut}};
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
    fn runs<X: Shape, Y: Shape>(x: X::Sizes, y: Y::Sizes, lanes: usize, offset: usize) -> Runs {
        const { assert!(X::DIMS.len() == Y::DIMS.len() && AXIS < X::DIMS.len()) };
        let (x, y) = (x.as_ref(), y.as_ref());
        let inner = product(&x[AXIS + 1..]) * if X::INTERLEAVED { lanes } else { 1 };
        Runs { run: x[AXIS] * inner, stride: y[AXIS] * inner, start: offset * inner }
    }

    /// Copies x to its place in y, `offset` from the start of the axis.
    #[inline(always)]
    pub fn put<X: Shape, Y: Shape, E: Element>(x: View<'_, X, E>, mut y: ViewMut<'_, Y, E>, offset: usize) {
        let Runs { run, stride, start } = Self::runs::<X, Y>(x.sizes(), y.sizes(), x.lanes(), offset);
        for (x, y) in x.data().chunks_exact(run.max(1)).zip(y.data_mut().chunks_exact_mut(stride.max(1))) {
            y[start..start + run].copy_from_slice(x);
        }
    }

    /// Copies d_x from its place in d_y.
    #[inline(always)]
    pub fn take<X: Shape, Y: Shape, E: Element>(d_y: View<'_, Y, E>, mut d_x: ViewMut<'_, X, E>, offset: usize) {
        let Runs { run, stride, start } = Self::runs::<X, Y>(d_x.sizes(), d_y.sizes(), d_y.lanes(), offset);
        for (d_x, d_y) in d_x.data_mut().chunks_exact_mut(run.max(1)).zip(d_y.data().chunks_exact(stride.max(1))) {
            d_x.copy_from_slice(&d_y[start..start + run]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        layers::testing::values,
        shape::{Const, FixedShape},
    };

    /// Element (a, b, c) of a sample, in either layout.
    fn at<S: Shape>(data: &[f64], lanes: usize, sample: usize, index: [usize; 3]) -> f64 {
        let mut dims = [1; 3];
        dims[3 - S::DIMS.len()..].copy_from_slice(S::DIMS);
        let element = (index[0] * dims[1] + index[1]) * dims[2] + index[2];
        if S::INTERLEAVED { data[element * lanes + sample] } else { data[sample * S::LEN + element] }
    }

    fn check<const AXIS: usize, X: FixedShape, Z: FixedShape, Y: FixedShape>() {
        let (samples, lanes) = (3, 16);
        let count = |length: usize, interleaved: bool| length * if interleaved { lanes } else { samples };
        let x = values::<f64>(count(X::LEN, X::INTERLEAVED), 1);
        let z = values::<f64>(count(Z::LEN, Z::INTERLEAVED), 2);
        let mut y = vec![f64::NAN; count(Y::LEN, Y::INTERLEAVED)];
        let mut view = ViewMut::<Y, f64>::new(&mut y, samples, lanes);
        Concat::<AXIS>::put(View::<X, f64>::new(&x, samples, lanes), view.reborrow(), 0);
        Concat::<AXIS>::put(View::<Z, f64>::new(&z, samples, lanes), view.reborrow(), X::DIMS[AXIS]);
        let axis = AXIS + 3 - X::DIMS.len();
        let mut dims = [1; 3];
        dims[3 - Y::DIMS.len()..].copy_from_slice(Y::DIMS);
        for sample in 0..samples {
            for (a, b, c) in (0..Y::LEN).map(|i| (i / (dims[1] * dims[2]), i / dims[2] % dims[1], i % dims[2])) {
                let mut index = [a, b, c];
                let found = at::<Y>(&y, lanes, sample, index);
                if index[axis] < X::DIMS[AXIS] {
                    assert_eq!(found, at::<X>(&x, lanes, sample, index));
                } else {
                    index[axis] -= X::DIMS[AXIS];
                    assert_eq!(found, at::<Z>(&z, lanes, sample, index));
                }
            }
        }
        let mut back = vec![f64::NAN; z.len()];
        let y = View::<Y, f64>::new(&y, samples, lanes);
        Concat::<AXIS>::take(y, ViewMut::<Z, f64>::new(&mut back, samples, lanes), X::DIMS[AXIS]);
        assert_eq!(back, z);
    }

    #[test]
    fn sources_lie_side_by_side_along_every_axis() {
        check::<0, (Const<3>,), (Const<5>,), (Const<8>,)>();
        check::<0, (Const<3>, Const<4>), (Const<5>, Const<4>), (Const<8>, Const<4>)>();
        check::<1, (Const<4>, Const<3>), (Const<4>, Const<5>), (Const<4>, Const<8>)>();
        check::<0, (Const<1>, Const<3>, Const<2>), (Const<2>, Const<3>, Const<2>), (Const<3>, Const<3>, Const<2>)>();
        check::<1, (Const<2>, Const<1>, Const<2>), (Const<2>, Const<3>, Const<2>), (Const<2>, Const<4>, Const<2>)>();
        check::<2, (Const<2>, Const<3>, Const<1>), (Const<2>, Const<3>, Const<2>), (Const<2>, Const<3>, Const<3>)>();
    }
}
