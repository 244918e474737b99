//! Where a layer with memory starts from another one's last state.

use crate::{
    Element, Shape,
    network::{View, ViewMut},
};

/// The state that each sample starts from: `end`, another layer's last state, unless a state of its own goes on. The number behind the state in a
/// row of `start` says which: 0 where the sample begins afresh.
///
/// ```
/// use plumbline::{Const, layers::begin, network::abi::{View, ViewMut}};
/// let (end, mut start) = ([1.0, 2.0], [0.0, 0.0, 7.0, 1.0]);
/// let end = View::<(Const<1>,), f64>::new(&end, 2, 1);
/// begin(end, ViewMut::<(Const<2>,), f64>::new(&mut start, 2, 1));
/// assert_eq!(start, [1.0, 0.0, 7.0, 1.0]);
/// ```
#[inline(always)]
pub fn begin<S: Shape, T: Shape, E: Element>(end: View<'_, S, E>, mut start: ViewMut<'_, T, E>) {
    let (width, row) = (end.width(), start.as_view().width());
    for (start, end) in start.data_mut().chunks_exact_mut(row).zip(end.data().chunks_exact(width)) {
        if start[width] == E::zero() {
            start[..width].copy_from_slice(end);
        }
    }
}

/// The gradient with respect to `end` in [`begin`], which holds that with respect to the start: 0 where a state of its own went on.
///
/// ```
/// use plumbline::{Const, layers::begin_backward, network::abi::{View, ViewMut}};
/// let (start, mut d_end) = ([1.0, 0.0, 7.0, 1.0], [5.0, 6.0]);
/// let start = View::<(Const<2>,), f64>::new(&start, 2, 1);
/// begin_backward(start, ViewMut::<(Const<1>,), f64>::new(&mut d_end, 2, 1));
/// assert_eq!(d_end, [5.0, 0.0]);
/// ```
#[inline(always)]
pub fn begin_backward<S: Shape, T: Shape, E: Element>(start: View<'_, T, E>, mut d_end: ViewMut<'_, S, E>) {
    let (row, width) = (start.width(), d_end.as_view().width());
    for (start, d_end) in start.data().chunks_exact(row).zip(d_end.data_mut().chunks_exact_mut(width)) {
        if start[width] != E::zero() {
            d_end.fill(E::zero());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::Const;

    #[test]
    fn only_samples_that_begin_afresh_take_over_and_hand_back() {
        let (end, mut start) = ([1.0, 2.0, 3.0, 4.0], [0.0, 0.0, 0.0, 7.0, 8.0, 1.0]);
        let end = View::<(Const<2>,), f64>::new(&end, 2, 1);
        begin(end, ViewMut::<(Const<3>,), f64>::new(&mut start, 2, 1));
        assert_eq!(start, [1.0, 2.0, 0.0, 7.0, 8.0, 1.0]);
        let mut d_end = [5.0, 6.0, 7.0, 8.0];
        let start = View::<(Const<3>,), f64>::new(&start, 2, 1);
        begin_backward(start, ViewMut::<(Const<2>,), f64>::new(&mut d_end, 2, 1));
        assert_eq!(d_end, [5.0, 6.0, 0.0, 0.0]);
    }
}
