//! From a sequence to its last step, and from a vector to a sequence.

use crate::{
    Element, Shape,
    kernels::elementwise::{self, Sum},
    network::{View, ViewMut},
};

/// A sequence of the vectors that the other shape holds one of.
const fn sequence_of<Steps: Shape, One: Shape>() {
    let (steps, one) = (Steps::DIMS, One::DIMS);
    assert!(steps.len() == 2 && one.len() == 1 && steps[1] == one[0], "a sequence [T, n] goes with a vector [n]");
}

/// Where a sample's last vector begins: that before its length, or where there are no lengths, that of the last step.
fn last_step(lengths: &[usize], sample: usize, steps: usize, width: usize) -> usize {
    let length = lengths.get(sample).map_or(steps, |&length| length.min(steps));
    length.saturating_sub(1) * width
}

/// y = x_L, the vector at a sample's last real step: [T, N] → \[N\].
///
/// L is the sample's length, or T where `lengths` is empty. After a recurrent layer y is what the layer made of the whole sequence
/// (many-to-one in the course notes).
///
/// ```
/// use plumbline::{Const, layers::last, network::abi::{View, ViewMut}};
/// type X = (Const<3>, Const<1>);
/// let mut y = [0.0; 2];
/// let x = View::<X, f64>::new(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 2, 16);
/// last(x, ViewMut::<(Const<1>,), f64>::new(&mut y, 2, 16), &[3, 2]);
/// assert_eq!(y, [3.0, 5.0]);
/// ```
#[inline(always)]
pub fn last<X: Shape, Y: Shape, E: Element>(x: View<'_, X, E>, mut y: ViewMut<'_, Y, E>, lengths: &[usize]) {
    const { sequence_of::<X, Y>() };
    let (steps, width) = (x.sizes().as_ref()[0], y.width());
    for (sample, y) in y.data_mut().chunks_exact_mut(width.max(1)).enumerate() {
        let at = last_step(lengths, sample, steps, width);
        y.copy_from_slice(&x.sample(sample)[at..at + width]);
    }
}

/// d_x = d_y at each sample's last real step, 0 at all others: what [`last`] has for a gradient.
///
/// ```
/// use plumbline::{Const, layers::last_backward, network::abi::{View, ViewMut}};
/// type X = (Const<3>, Const<1>);
/// let mut d_x = [9.0; 6];
/// let d_y = View::<(Const<1>,), f64>::new(&[1.0, 2.0], 2, 16);
/// last_backward(d_y, ViewMut::<X, f64>::new(&mut d_x, 2, 16), &[3, 2]);
/// assert_eq!(d_x, [0.0, 0.0, 1.0, 0.0, 2.0, 0.0]);
/// ```
#[inline(always)]
pub fn last_backward<X: Shape, Y: Shape, E: Element>(
    d_y: View<'_, Y, E>,
    mut d_x: ViewMut<'_, X, E>,
    lengths: &[usize],
) {
    const { sequence_of::<X, Y>() };
    let (steps, width, whole) = (d_x.sizes().as_ref()[0], d_y.width(), d_x.width());
    for (sample, d_x) in d_x.data_mut().chunks_exact_mut(whole.max(1)).enumerate() {
        let at = last_step(lengths, sample, steps, width);
        d_x.fill(E::zero());
        d_x[at..at + width].copy_from_slice(d_y.sample(sample));
    }
}

/// y_t = x at each of the T steps: \[N\] → [T, N].
///
/// What a decoder takes at each step where it is to see the whole of what an encoder made (one-to-many in the course notes).
///
/// ```
/// use plumbline::{Const, layers::repeat, network::abi::{View, ViewMut}};
/// type Y = (Const<2>, Const<1>);
/// let mut y = [0.0; 4];
/// repeat(View::<(Const<1>,), f64>::new(&[1.0, 2.0], 2, 16), ViewMut::<Y, f64>::new(&mut y, 2, 16));
/// assert_eq!(y, [1.0, 1.0, 2.0, 2.0]);
/// ```
#[inline(always)]
pub fn repeat<X: Shape, Y: Shape, E: Element>(x: View<'_, X, E>, mut y: ViewMut<'_, Y, E>) {
    const { sequence_of::<Y, X>() };
    let (width, whole) = (x.width(), y.width());
    for (sample, y) in y.data_mut().chunks_exact_mut(whole.max(1)).enumerate() {
        y.chunks_exact_mut(width.max(1)).for_each(|y| y.copy_from_slice(x.sample(sample)));
    }
}

/// d_x = Σ_t d_y_t: what [`repeat`] has for a gradient.
///
/// ```
/// use plumbline::{Const, layers::repeat_backward, network::abi::{View, ViewMut}};
/// type Y = (Const<2>, Const<1>);
/// let mut d_x = [9.0; 2];
/// let d_y = View::<Y, f64>::new(&[1.0, 2.0, 3.0, 4.0], 2, 16);
/// repeat_backward(d_y, ViewMut::<(Const<1>,), f64>::new(&mut d_x, 2, 16));
/// assert_eq!(d_x, [3.0, 7.0]);
/// ```
#[inline(always)]
pub fn repeat_backward<X: Shape, Y: Shape, E: Element>(d_y: View<'_, Y, E>, mut d_x: ViewMut<'_, X, E>) {
    const { sequence_of::<Y, X>() };
    let width = d_x.width();
    for (sample, d_x) in d_x.data_mut().chunks_exact_mut(width.max(1)).enumerate() {
        d_x.fill(E::zero());
        d_y.sample(sample).chunks_exact(width.max(1)).for_each(|d_y| elementwise::update_with(Sum, d_x, d_y));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        layers::testing::{assert_close, differences, values},
        shape::{Const, Free},
    };

    type Vector = (Const<5>,);
    type Sequence = (Free, Const<5>);

    #[test]
    fn the_last_step_is_the_one_before_the_length_and_takes_all_of_the_gradient() {
        for lengths in [&[][..], &[4, 1, 3]] {
            let (x, d) = (values::<f64>(3 * 4 * 5, 1), values::<f64>(3 * 5, 2));
            let outputs = |x: &[f64]| {
                let mut y = vec![f64::NAN; 15];
                let x = View::<Sequence, f64>::sized(x, 3, 16, (4, ()));
                last(x, ViewMut::<Vector, f64>::new(&mut y, 3, 16), lengths);
                y
            };
            assert_eq!(outputs(&x)[5..10], x[if lengths.is_empty() { 35..40 } else { 20..25 }]);
            let mut d_x = vec![f64::NAN; x.len()];
            let d_y = View::<Vector, f64>::new(&d, 3, 16);
            last_backward(d_y, ViewMut::<Sequence, f64>::sized(&mut d_x, 3, 16, (4, ())), lengths);
            assert_close(&d_x, &differences(&x, &d, outputs), 1e-9);
        }
    }

    #[test]
    fn a_repeated_vector_is_at_each_step_and_takes_the_sum_of_the_gradients() {
        let (x, d) = (values::<f64>(3 * 5, 1), values::<f64>(3 * 4 * 5, 2));
        let outputs = |x: &[f64]| {
            let mut y = vec![f64::NAN; 60];
            let x = View::<Vector, f64>::new(x, 3, 16);
            repeat(x, ViewMut::<Sequence, f64>::sized(&mut y, 3, 16, (4, ())));
            y
        };
        assert!(outputs(&x).chunks(20).zip(x.chunks(5)).all(|(y, x)| y.chunks(5).all(|y| y == x)));
        let mut d_x = vec![f64::NAN; 15];
        let d_y = View::<Sequence, f64>::sized(&d, 3, 16, (4, ()));
        repeat_backward(d_y, ViewMut::<Vector, f64>::new(&mut d_x, 3, 16));
        assert_close(&d_x, &differences(&x, &d, outputs), 1e-9);
    }
}
