//! Elementary functions on registers: in `f32` by polynomials and rational functions of our own, in `f64` lane by lane.
//!
//! Each function states its largest relative error over the whole line; tests hold it to that, in `f32` over every so many bit
//! patterns against `f64`, in `f64` against values of more digits.

mod double;
mod single;
#[cfg(test)]
mod tests;

use pulp::Simd;

use crate::kernels::simd::Lanes;

/// Elementary functions on an element type. Sealed through [`crate::Element`].
///
/// Each function gives its limits at ±∞, and NaN for NaN. The errors are relative, the largest over all arguments whose result is a
/// normal number. In `f32` a subnormal result may be 0 instead: processors take a hundred times as long for subnormal numbers.
///
/// ```
/// use plumbline::kernels::{math::Math, simd::Lanes};
/// struct Last(f32);
/// impl pulp::WithSimd for Last {
///     type Output = f32;
///     #[inline(always)]
///     fn with_simd<S: pulp::Simd>(self, simd: S) -> f32 {
///         let mut y = [0.0];
///         f32::store_partial(simd, &mut y, <f32 as Math>::exp(simd, f32::constant(simd, self.0.into())));
///         y[0]
///     }
/// }
/// assert!((pulp::Arch::new().dispatch(Last(1.0)) - 1.0_f32.exp()).abs() < 1e-6);
/// ```
pub trait Math: Lanes {
    /// The nearest number to `x` in each lane.
    fn constant<S: Simd>(simd: S, x: f64) -> Self::Vector<S>;
    /// eˣ. Error: `f32` 2·10⁻⁷, `f64` 10⁻¹⁵.
    fn exp<S: Simd>(simd: S, x: Self::Vector<S>) -> Self::Vector<S>;
    /// eˣ − 1 for x ≤ 0. Error: `f32` 2·10⁻⁷, `f64` 10⁻¹⁵.
    fn exp_minus_one<S: Simd>(simd: S, x: Self::Vector<S>) -> Self::Vector<S>;
    /// ln(1 + x) for 0 ≤ x ≤ 1. Error: `f32` 2·10⁻⁷, `f64` 10⁻¹⁵.
    fn log_one_plus<S: Simd>(simd: S, x: Self::Vector<S>) -> Self::Vector<S>;
    /// tanh x. Error: `f32` 3·10⁻⁷, `f64` 10⁻¹⁵.
    fn tanh<S: Simd>(simd: S, x: Self::Vector<S>) -> Self::Vector<S>;
    /// 1 − tanh² x. Error: `f32` 3·10⁻⁷, `f64` 10⁻¹⁵.
    fn tanh_slope<S: Simd>(simd: S, x: Self::Vector<S>) -> Self::Vector<S>;
    /// σ(x) = 1 / (1 + e⁻ˣ). Error: `f32` 2.5·10⁻⁷, `f64` 10⁻¹⁵.
    fn sigmoid<S: Simd>(simd: S, x: Self::Vector<S>) -> Self::Vector<S>;
    /// σ(x) σ(−x). Error: `f32` 3·10⁻⁷, `f64` 10⁻¹⁵.
    fn sigmoid_slope<S: Simd>(simd: S, x: Self::Vector<S>) -> Self::Vector<S>;
    /// ln(1 + eˣ). Error: `f32` 2.5·10⁻⁷, `f64` 10⁻¹⁵.
    fn softplus<S: Simd>(simd: S, x: Self::Vector<S>) -> Self::Vector<S>;
    /// x σ(x). Error: `f32` 3·10⁻⁷, `f64` 10⁻¹⁵.
    fn silu<S: Simd>(simd: S, x: Self::Vector<S>) -> Self::Vector<S>;
    /// σ(x) (1 + x σ(−x)). Error: `f32` 5·10⁻⁷, `f64` 10⁻¹⁵, absolute and not relative within 1/2 of the zero at −1.278.
    fn silu_slope<S: Simd>(simd: S, x: Self::Vector<S>) -> Self::Vector<S>;
    /// The error function, 2/√π ∫₀ˣ e^(−t²) dt. Error: `f32` 3·10⁻⁷, `f64` 10⁻¹⁵.
    fn erf<S: Simd>(simd: S, x: Self::Vector<S>) -> Self::Vector<S>;
    /// x Φ(x), Φ the normal distribution function. Error: `f32` 4·10⁻⁷, `f64` 2·10⁻¹⁵.
    fn gelu<S: Simd>(simd: S, x: Self::Vector<S>) -> Self::Vector<S>;
    /// Φ(x) + x φ(x), φ the normal density. Error: `f32` 4·10⁻⁷, `f64` 10⁻¹⁵, absolute and not relative within 1/2 of the zero at −0.752.
    fn gelu_slope<S: Simd>(simd: S, x: Self::Vector<S>) -> Self::Vector<S>;
}
