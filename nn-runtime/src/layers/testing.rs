//! What the layers' tests share: values without a pattern, and derivatives by differences.

pub(crate) use crate::kernels::testing::{assert_close, values};

/// The gradient of Σ dᵢ fᵢ(x) with respect to x by central differences, whose error is about 10⁻¹⁰ for values near 1.
pub(crate) fn differences(x: &[f64], d: &[f64], f: impl Fn(&[f64]) -> Vec<f64>) -> Vec<f64> {
    const STEP: f64 = 1e-5;
    let weighted = |x: &[f64]| f(x).iter().zip(d).map(|(y, d)| y * d).sum::<f64>();
    let mut x = x.to_vec();
    (0..x.len())
        .map(|i| {
            let at = x[i];
            x[i] = at + STEP;
            let above = weighted(&x);
            x[i] = at - STEP;
            let below = weighted(&x);
            x[i] = at;
            (above - below) / (2.0 * STEP)
        })
        .collect()
}
