//! Functions that are a line above 0 and another line or a curve below it.

use pulp::Simd;

use crate::kernels::math::Math;

/// λ and α of SELU, for which activations of mean 0 and variance 1 keep them (Klambauer et al., 2017).
pub(crate) const SELU_LAMBDA: f64 = 1.050_700_987_355_480_5;
pub(crate) const SELU_ALPHA: f64 = 1.673_263_242_354_377_2;

/// `positive` where x > 0, else `other`.
#[inline(always)]
fn by_sign<S: Simd, E: Math>(simd: S, x: E::Vector<S>, positive: E::Vector<S>, other: E::Vector<S>) -> E::Vector<S> {
    E::select(simd, E::less(simd, E::constant(simd, 0.0), x), positive, other)
}

/// x for x > 0, else `slope` x.
#[inline(always)]
pub(crate) fn leaky_relu<S: Simd, E: Math>(simd: S, x: E::Vector<S>, slope: f64) -> E::Vector<S> {
    let (zero, a) = (E::constant(simd, 0.0), E::constant(simd, slope));
    // 0 · −∞ would be NaN.
    let other = E::select(simd, E::equal(simd, a, zero), E::max(simd, zero, x), E::mul(simd, a, x));
    by_sign::<S, E>(simd, x, x, other)
}

/// `line` x for x > 0, else `scale` (eˣ − 1).
#[inline(always)]
pub(crate) fn exponential<S: Simd, E: Math>(simd: S, x: E::Vector<S>, line: f64, scale: f64) -> E::Vector<S> {
    let zero = E::constant(simd, 0.0);
    let curve = E::mul(simd, E::constant(simd, scale), E::exp_minus_one(simd, E::min(simd, zero, x)));
    by_sign::<S, E>(simd, x, E::mul(simd, E::constant(simd, line), x), curve)
}

/// The derivative of [`exponential`] at x: `line` for x > 0, else `scale` eˣ.
#[inline(always)]
pub(crate) fn exponential_derivative<S: Simd, E: Math>(
    simd: S,
    x: E::Vector<S>,
    line: f64,
    scale: f64,
) -> E::Vector<S> {
    let curve = E::mul(simd, E::constant(simd, scale), E::exp(simd, E::min(simd, E::constant(simd, 0.0), x)));
    by_sign::<S, E>(simd, x, E::constant(simd, line), curve)
}
