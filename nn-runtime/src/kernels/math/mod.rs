//! Elementary functions on registers: in `f32` by polynomials and rational functions of our own, in `f64` lane by lane.
//!
//! The `f32` coefficients are minimax fits (largest relative error over the interval, by linear programming); tests
//! hold every function to its stated error over the whole range of arguments.

use pulp::Simd;

use crate::kernels::simd::Lanes;

/// Elementary functions on an element type. Sealed through [`crate::Element`].
///
/// In `f32` every function is within a relative error of 10⁻⁶ where its result is a normal number, gives its limits at
/// ±∞, and hands NaN on; `exp`, and what is made of it, may give 0 for a subnormal result. In `f64` it is as good as the
/// standard library's, and `erf` as libm's (1 ulp).
///
/// ```
/// use nn_runtime::kernels::{math::Math, simd::Lanes};
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
    /// eˣ
    fn exp<S: Simd>(simd: S, x: Self::Vector<S>) -> Self::Vector<S>;
    /// eˣ − 1 for x ≤ 0, accurate near 0 too.
    fn exp_minus_one<S: Simd>(simd: S, x: Self::Vector<S>) -> Self::Vector<S>;
    /// tanh x
    fn tanh<S: Simd>(simd: S, x: Self::Vector<S>) -> Self::Vector<S>;
    /// 1 / (1 + e⁻ˣ)
    fn sigmoid<S: Simd>(simd: S, x: Self::Vector<S>) -> Self::Vector<S>;
    /// ln(1 + eˣ)
    fn softplus<S: Simd>(simd: S, x: Self::Vector<S>) -> Self::Vector<S>;
    /// The error function, 2/√π ∫₀ˣ e^(−t²) dt.
    fn erf<S: Simd>(simd: S, x: Self::Vector<S>) -> Self::Vector<S>;
}

/// c₀ + c₁ x + c₂ x² + …
#[inline(always)]
fn polynomial<S: Simd, const N: usize>(simd: S, x: S::f32s, coefficients: [f32; N]) -> S::f32s {
    let mut y = simd.splat_f32s(coefficients[N - 1]);
    for i in (0..N - 1).rev() {
        y = simd.mul_add_f32s(y, x, simd.splat_f32s(coefficients[i]));
    }
    y
}

/// x within bounds; NaN stays.
#[inline(always)]
fn clamp<S: Simd>(simd: S, x: S::f32s, low: f32, high: f32) -> S::f32s {
    let x = <f32 as Lanes>::max(simd, simd.splat_f32s(low), x);
    <f32 as Lanes>::min(simd, simd.splat_f32s(high), x)
}

/// x = n ln 2 + r with |r| ≤ ln 2 / 2: `(n + 1.5 × 2²³, r)`, whose first has n in its low bits.
#[inline(always)]
fn split<S: Simd>(simd: S, x: S::f32s) -> (S::f32s, S::f32s) {
    let magic = simd.splat_f32s(MAGIC);
    let shifted = simd.mul_add_f32s(x, simd.splat_f32s(std::f32::consts::LOG2_E), magic);
    let n = simd.sub_f32s(shifted, magic);
    // ln 2 in two parts, the first short enough for n times it to be exact.
    let r = simd.mul_add_f32s(n, simd.splat_f32s(-0.693_359_4), x);
    (shifted, simd.mul_add_f32s(n, simd.splat_f32s(2.121_944_4e-4), r))
}

/// The logarithm of the least normal number, rounded up.
const LN_MIN_POSITIVE: f32 = -87.336_54;

/// Added to a number below 2²², it leaves the nearest integer in the low bits.
const MAGIC: f32 = 12_582_912.0;

/// The number with these bits in its exponent and zeros in its fraction: 2^(biased − 127).
#[inline(always)]
fn power_of_two<S: Simd>(simd: S, biased: S::u32s) -> S::f32s {
    simd.transmute_f32s_u32s(simd.wrapping_dyn_shl_u32s(biased, simd.splat_u32s(23)))
}

/// The `f32` functions, named after those of [`Math`].
impl Math for f32 {
    #[inline(always)]
    fn constant<S: Simd>(simd: S, x: f64) -> S::f32s {
        simd.splat_f32s(x as f32)
    }

    #[inline(always)]
    fn exp<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
        // Results below the normal numbers are 0: processors take a hundred times as long for subnormal ones. Above 89 they are ∞.
        let tiny = simd.less_than_f32s(x, simd.splat_f32s(LN_MIN_POSITIVE));
        let x = clamp(simd, x, LN_MIN_POSITIVE, 89.0);
        let (shifted, r) = split(simd, x);
        let tail = polynomial(simd, r, [0.499_999_94, 0.166_665_2, 0.041_668_367, 0.008_368_765, 0.001_381_622_3]);
        let y = simd.mul_add_f32s(simd.mul_f32s(r, r), tail, simd.add_f32s(r, simd.splat_f32s(1.0)));
        // 2ⁿ in two factors, because n runs up to 128: of n + 254, one half each.
        let offset = simd.splat_u32s(254_u32.wrapping_sub(MAGIC.to_bits()));
        let biased = simd.add_u32s(simd.transmute_u32s_f32s(shifted), offset);
        let half = simd.wrapping_dyn_shr_u32s(biased, simd.splat_u32s(1));
        let y = simd.mul_f32s(y, power_of_two(simd, half));
        let y = simd.mul_f32s(y, power_of_two(simd, simd.sub_u32s(biased, half)));
        simd.select_f32s(tiny, simd.splat_f32s(0.0), y)
    }

    #[inline(always)]
    fn exp_minus_one<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
        // e⁻¹⁸ is less than half a unit in the last place of 1.
        let (shifted, r) = split(simd, <f32 as Lanes>::max(simd, simd.splat_f32s(-18.0), x));
        let tail = polynomial(simd, r, [0.499_999_98, 0.166_665_43, 0.041_667_204, 0.008_366_58, 0.001_388_249_1]);
        let q = simd.mul_add_f32s(simd.mul_f32s(r, r), tail, r);
        // 2ⁿ (q + 1) − 1, whose parts do not cancel: n = 0 leaves q, n < 0 a sum below −0.29.
        let offset = simd.splat_u32s(127_u32.wrapping_sub(MAGIC.to_bits()));
        let scale = power_of_two(simd, simd.add_u32s(simd.transmute_u32s_f32s(shifted), offset));
        simd.mul_add_f32s(q, scale, simd.sub_f32s(scale, simd.splat_f32s(1.0)))
    }

    #[inline(always)]
    fn tanh<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
        // At 9.02 the result rounds to 1.
        let x = clamp(simd, x, -9.02, 9.02);
        let t = simd.mul_f32s(x, x);
        let p = polynomial(
            simd,
            t,
            [0.999_999_94, 0.129_179_52, 0.002_919_391_4, 9.254_969e-6, -1.274_342_2e-8, 1.816_163_5e-11],
        );
        let q = polynomial(simd, t, [1.0, 0.462_512_34, 0.023_757_552, 2.279_111e-4]);
        let y = simd.div_f32s(simd.mul_f32s(x, p), q);
        clamp(simd, y, -1.0, 1.0)
    }

    #[inline(always)]
    fn sigmoid<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
        let one = simd.splat_f32s(1.0);
        let e = <f32 as Math>::exp(simd, simd.neg_f32s(x));
        simd.div_f32s(one, simd.add_f32s(one, e))
    }

    #[inline(always)]
    fn softplus<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
        // max(x, 0) + ln(1 + t) with t = e^(−|x|) in [0, 1].
        let t = <f32 as Math>::exp(simd, simd.neg_f32s(simd.abs_f32s(x)));
        let p = polynomial(
            simd,
            t,
            [
                1.0,
                -0.499_999_02,
                0.333_299_6,
                -0.249_541_09,
                0.196_758_15,
                -0.153_052_47,
                0.106_030_89,
                -0.056_954_123,
                0.019_848_665,
                -0.003_243_421_4,
            ],
        );
        simd.mul_add_f32s(t, p, <f32 as Lanes>::max(simd, simd.splat_f32s(0.0), x))
    }

    #[inline(always)]
    fn erf<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
        // At 3.93 the result rounds to 1.
        let x = clamp(simd, x, -3.93, 3.93);
        let t = simd.mul_f32s(x, x);
        let p = polynomial(
            simd,
            t,
            [
                std::f32::consts::FRAC_2_SQRT_PI,
                0.187_384_18,
                0.052_343_655,
                0.003_634_885_6,
                2.817_878e-4,
                2.071_045e-6,
            ],
        );
        let q = polynomial(simd, t, [1.0, 0.499_398_17, 0.112_855_12, 0.014_707_09, 0.001_130_575, 3.814_757e-5]);
        let y = simd.div_f32s(simd.mul_f32s(x, p), q);
        clamp(simd, y, -1.0, 1.0)
    }
}

/// `f` in each lane.
#[inline(always)]
fn each<S: Simd>(mut x: S::f64s, f: impl Fn(f64) -> f64) -> S::f64s {
    for lane in pulp::bytemuck::cast_slice_mut::<S::f64s, f64>(std::slice::from_mut(&mut x)) {
        *lane = f(*lane);
    }
    x
}

impl Math for f64 {
    #[inline(always)]
    fn constant<S: Simd>(simd: S, x: f64) -> S::f64s {
        simd.splat_f64s(x)
    }

    #[inline(always)]
    fn exp<S: Simd>(_: S, x: S::f64s) -> S::f64s {
        each::<S>(x, f64::exp)
    }

    #[inline(always)]
    fn exp_minus_one<S: Simd>(_: S, x: S::f64s) -> S::f64s {
        each::<S>(x, f64::exp_m1)
    }

    #[inline(always)]
    fn tanh<S: Simd>(_: S, x: S::f64s) -> S::f64s {
        each::<S>(x, f64::tanh)
    }

    #[inline(always)]
    fn sigmoid<S: Simd>(_: S, x: S::f64s) -> S::f64s {
        each::<S>(x, |x| 1.0 / (1.0 + (-x).exp()))
    }

    #[inline(always)]
    fn softplus<S: Simd>(_: S, x: S::f64s) -> S::f64s {
        // `maximum` of the standard library would drop NaN.
        each::<S>(x, |x| if x > 0.0 { x + (-x).exp().ln_1p() } else { x.exp().ln_1p() })
    }

    #[inline(always)]
    fn erf<S: Simd>(_: S, x: S::f64s) -> S::f64s {
        each::<S>(x, libm::erf)
    }
}

#[cfg(test)]
mod tests {
    use pulp::WithSimd;

    use super::*;
    use crate::kernels::simd::on_each;

    /// Every so many bit patterns of `f32`: a prime, so that all exponents meet all kinds of fractions.
    const STRIDE: usize = 9973;

    #[derive(Clone, Copy, Debug, PartialEq)]
    enum Function {
        Exp,
        ExpMinusOne,
        Tanh,
        Sigmoid,
        Softplus,
        Erf,
    }

    impl Function {
        fn vector<S: Simd>(self, simd: S, x: S::f32s) -> S::f32s {
            match self {
                Function::Exp => <f32 as Math>::exp(simd, x),
                Function::ExpMinusOne => f32::exp_minus_one(simd, x),
                Function::Tanh => <f32 as Math>::tanh(simd, x),
                Function::Sigmoid => f32::sigmoid(simd, x),
                Function::Softplus => f32::softplus(simd, x),
                Function::Erf => <f32 as Math>::erf(simd, x),
            }
        }

        fn exact(self, x: f64) -> f64 {
            match self {
                Function::Exp => x.exp(),
                Function::ExpMinusOne => x.exp_m1(),
                Function::Tanh => x.tanh(),
                Function::Sigmoid => 1.0 / (1.0 + (-x).exp()),
                Function::Softplus => x.max(0.0) + (-x.abs()).exp().ln_1p(),
                Function::Erf => libm::erf(x),
            }
        }
    }

    struct Errors(Function);

    impl WithSimd for Errors {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            let function = self.0;
            let x: Vec<f32> = (0..=u32::MAX).step_by(STRIDE).map(f32::from_bits).collect();
            let mut y = x.clone();
            let (vectors, rest) = <f32 as Lanes>::as_vectors_mut::<S>(&mut y);
            for v in vectors {
                *v = function.vector(simd, *v);
            }
            let count = x.len() - rest.len();
            for (&x, &y) in x.iter().zip(&y[..count]) {
                if function == Function::ExpMinusOne && x > 0.0 {
                    continue;
                }
                let exact = function.exact(f64::from(x));
                if x.is_nan() {
                    assert!(y.is_nan(), "{function:?} of NaN is {y}");
                } else if exact as f32 == y {
                    // Right to the last bit, infinities and zeros among them.
                } else {
                    let relative = (f64::from(y) - exact).abs() / exact.abs();
                    let subnormal = exact.abs() < f64::from(f32::MIN_POSITIVE) && (f64::from(y) - exact).abs() < 2e-38;
                    assert!(relative < 1e-6 || subnormal, "{function:?}({x:e}) = {y:e}, not {exact:e}");
                }
            }
        }
    }

    #[test]
    fn every_function_is_within_its_error_over_all_numbers() {
        let functions = [
            Function::Exp,
            Function::ExpMinusOne,
            Function::Tanh,
            Function::Sigmoid,
            Function::Softplus,
            Function::Erf,
        ];
        for function in functions {
            on_each(|| Errors(function));
        }
    }

    struct Limits;

    impl WithSimd for Limits {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            let at = |function: Function, x: f32| {
                let mut y = [0.0];
                f32::store_partial(simd, &mut y, function.vector(simd, simd.splat_f32s(x)));
                y[0]
            };
            let (above, below) = (f32::INFINITY, f32::NEG_INFINITY);
            assert_eq!((at(Function::Exp, above), at(Function::Exp, below)), (f32::INFINITY, 0.0));
            assert_eq!((at(Function::Exp, 0.0), at(Function::Sigmoid, 0.0)), (1.0, 0.5));
            assert_eq!(at(Function::ExpMinusOne, below), -1.0);
            assert_eq!((at(Function::Tanh, above), at(Function::Tanh, below)), (1.0, -1.0));
            assert_eq!((at(Function::Sigmoid, above), at(Function::Sigmoid, below)), (1.0, 0.0));
            assert_eq!((at(Function::Softplus, above), at(Function::Softplus, below)), (f32::INFINITY, 0.0));
            assert_eq!((at(Function::Erf, above), at(Function::Erf, below)), (1.0, -1.0));
        }
    }

    #[test]
    fn infinities_give_the_limits() {
        on_each(|| Limits);
    }
}
