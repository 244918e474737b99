//! Random zeros in training.

use crate::{
    Element, Shape,
    kernels::noise::Keep,
    layers::noise::corrupt,
    network::{Random, View, ViewMut},
};

/// y = x · m / (1 − p), where each m is independently 0 with probability p, else 1 (Srivastava et al., 2014). The expectation of y
/// is x, so that inference leaves the layer out.
///
/// The mask of a sample depends on the random stream and on the sample's index in the batch alone, so the backward pass
/// draws it again, and no number of parts or threads changes it.
///
/// ```
/// use plumbline::{Const, layers::Dropout, network::abi::{Random, View, ViewMut}};
/// let (x, mut y) = ([1.0; 1000], [0.0; 1000]);
/// let dropout = Dropout { p: 0.5 };
/// dropout.forward(View::<(Const<1000>,), f64>::new(&x, 1, 1), ViewMut::new(&mut y, 1, 1), Random::new(42, 1), 0);
/// assert!(y.iter().all(|&y| y == 0.0 || y == 2.0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dropout {
    /// The probability of a zero, 0 ≤ p ≤ 1.
    pub p: f64,
}

impl Dropout {
    /// y = x · m / (1 − p), where `first` is the index in the batch of the first sample.
    #[inline(always)]
    pub fn forward<S: Shape, E: Element>(
        self,
        x: View<'_, S, E>,
        mut y: ViewMut<'_, S, E>,
        random: Random,
        first: usize,
    ) {
        y.data_mut().copy_from_slice(x.data());
        self.backward(y, random, first);
    }

    /// d = d · m / (1 − p) in place, with the mask of the forward pass.
    #[inline(always)]
    pub fn backward<S: Shape, E: Element>(self, d: ViewMut<'_, S, E>, random: Random, first: usize) {
        let keep = (1.0 - self.p).clamp(0.0, 1.0);
        let scale = E::from_f64(if keep > 0.0 { 1.0 / keep } else { 0.0 });
        corrupt(Keep::new(keep, scale), d, random, first);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::Const;

    type Row = (Const<100>,);
    type Image = (Const<4>, Const<5>, Const<5>);

    fn rows(p: f64, samples: usize, first: usize) -> Vec<f64> {
        let mut y = vec![0.0; samples * 100];
        let x = vec![1.0; samples * 100];
        let random = Random::new(7, 3);
        Dropout { p }.forward(View::<Row, f64>::new(&x, samples, 16), ViewMut::new(&mut y, samples, 16), random, first);
        y
    }

    #[test]
    fn zeros_come_with_probability_p_and_the_rest_is_scaled() {
        for p in [0.1, 0.5, 0.9] {
            let y = rows(p, 1000, 0);
            let zeros = y.iter().filter(|&&y| y == 0.0).count() as f64;
            assert!(y.iter().all(|&y| y == 0.0 || (y - 1.0 / (1.0 - p)).abs() < 1e-12));
            // 100 000 independent draws: beyond 5 standard deviations with probability 6e-7.
            assert!((zeros - 1e5 * p).abs() < 5.0 * (1e5 * p * (1.0 - p)).sqrt(), "{zeros} zeros for p = {p}");
        }
    }

    #[test]
    fn the_bounds_keep_everything_and_nothing() {
        assert_eq!(rows(0.0, 3, 0), vec![1.0; 300]);
        assert_eq!(rows(1.0, 3, 0), vec![0.0; 300]);
    }

    #[test]
    fn the_mask_is_that_of_the_sample_whatever_the_part_layout_or_direction() {
        let whole = rows(0.5, 20, 0);
        assert_eq!(rows(0.5, 13, 7), whole[700..]);
        let mut image = vec![1.0; 100 * 32];
        let random = Random::new(7, 3);
        Dropout { p: 0.5 }.backward(ViewMut::<Image, f64>::new(&mut image, 20, 32), random, 0);
        for (sample, row) in whole.chunks(100).enumerate() {
            for (element, &y) in row.iter().enumerate() {
                assert_eq!(image[element * 32 + sample], y);
            }
        }
    }
}
