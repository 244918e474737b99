//! Random zeros in training.

use crate::{
    Element, Shape,
    kernels::dropout::Drop,
    network::{Random, View, ViewMut},
};

/// y = x · m / (1 − p), where each m is independently 0 with probability p, else 1 (Srivastava et al., 2014). The expectation of y
/// is x, so that inference leaves the layer out.
///
/// The mask of a sample depends on the random stream and on the sample's index in the batch alone, so the backward pass
/// draws it again, and no number of parts or threads changes it.
///
/// ```
/// use nn_runtime::{Const, layers::Dropout, network::{Random, View, ViewMut}};
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
    pub fn backward<S: Shape, E: Element>(self, mut d: ViewMut<'_, S, E>, random: Random, first: usize) {
        const RANGE: f64 = (1_u64 << 32) as f64;
        let keep = (1.0 - self.p).clamp(0.0, 1.0);
        Drop {
            random,
            kept: (keep * RANGE).round() as u64,
            scale: E::from_f64(if keep > 0.0 { 1.0 / keep } else { 0.0 }),
            first: (first * S::LEN) as u64,
            width: S::LEN,
            lanes: if S::INTERLEAVED { d.lanes() } else { 1 },
            data: d.data_mut(),
        }
        .run();
    }
}
