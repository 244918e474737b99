//! What tests share: values without a pattern, and what is close.

use crate::kernels::{Element, random::Random};

/// `count` numbers in [−1, 1), the same for a seed in every element type up to rounding.
pub(crate) fn values<E: Element>(count: usize, seed: u64) -> Vec<E> {
    let random = Random::new(seed, 0);
    (0..count as u64).map(|i| E::from_f64(f64::from(random.bits(i)) / 2.0_f64.powi(31) - 1.0)).collect()
}

/// Holds numbers to within `tolerance` of each other, relative to the largest of the expected ones or to 1.
#[track_caller]
pub(crate) fn assert_close<A: Element, B: Element>(found: &[A], expected: &[B], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    let scale = expected.iter().fold(1.0_f64, |scale, x| scale.max(x.as_f64().abs()));
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        let error = (found.as_f64() - expected.as_f64()).abs();
        assert!(error <= tolerance * scale, "number {i}: found {found}, expected {expected}");
    }
}
