//! The functions in `f32`. Coefficients are minimax fits: the largest relative error over the interval is as small as it can be.

use pulp::Simd;

use super::Math;
use crate::kernels::simd::Lanes;

/// 1 / √(2π)
const DENSITY: f32 = 0.398_942_3;

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

/// 2⁸ e^(low − a) for a ≥ 0 and a small `low`, 0 where that is less than 2⁻¹²⁶. With the factor, a product with a number up to 2⁸ is a
/// normal number wherever it should be one.
#[inline(always)]
fn decay<S: Simd>(simd: S, a: S::f32s, low: S::f32s) -> S::f32s {
    // 87.336_54 + 8 ln 2
    let most = simd.splat_f32s(92.881_72);
    let tiny = simd.less_than_f32s(most, a);
    let (shifted, r) = split(simd, simd.neg_f32s(<f32 as Lanes>::min(simd, most, a)));
    let y = near_one(simd, simd.add_f32s(r, low));
    let offset = simd.splat_u32s((127_u32 + 8).wrapping_sub(MAGIC.to_bits()));
    let y = simd.mul_f32s(y, power_of_two(simd, simd.add_u32s(simd.transmute_u32s_f32s(shifted), offset)));
    simd.select_f32s(tiny, simd.splat_f32s(0.0), y)
}

/// 1 / 2⁸, which takes the factor of [`decay`] away.
const UNSCALE: f32 = 1.0 / 256.0;

/// eʳ for |r| ≤ ln 2 / 2.
#[inline(always)]
fn near_one<S: Simd>(simd: S, r: S::f32s) -> S::f32s {
    let tail = polynomial(simd, r, [0.499_999_94, 0.166_665_2, 0.041_668_367, 0.008_368_765, 0.001_381_622_3]);
    simd.mul_add_f32s(simd.mul_f32s(r, r), tail, simd.add_f32s(r, simd.splat_f32s(1.0)))
}

/// With a = |x| up to 13.7: `(a, 2⁸ e^(−a²/2), Φ(−a) e^(a²/2))`.
#[inline(always)]
fn normal_tail<S: Simd>(simd: S, x: S::f32s) -> [S::f32s; 3] {
    let a = <f32 as Lanes>::min(simd, simd.splat_f32s(13.7), simd.abs_f32s(x));
    // The first 12 bits of a have a square without rounding; e^(−a²/2) would multiply its error by up to 94.
    let mask = simd.splat_u32s(0xFFFF_F000);
    let high = simd.transmute_f32s_u32s(simd.and_u32s(simd.transmute_u32s_f32s(a), mask));
    let half = simd.splat_f32s(0.5);
    let square = simd.mul_f32s(half, simd.mul_f32s(high, high));
    let rest = simd.mul_f32s(simd.mul_f32s(half, simd.sub_f32s(high, a)), simd.add_f32s(high, a));
    let p = polynomial(simd, a, [0.5, 0.436_596_93, 0.181_978_5, 0.040_209_9, 0.004_053_53]);
    let q = polynomial(simd, a, [1.0, 1.671_078_8, 1.197_280_5, 0.466_153_26, 0.100_798_32, 0.010_160_558]);
    [a, decay(simd, square, rest), simd.div_f32s(p, q)]
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
        let y = near_one(simd, r);
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
    fn log_one_plus<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
        let p = polynomial(
            simd,
            x,
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
        simd.mul_f32s(x, p)
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
    fn tanh_slope<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
        // 4 t / (1 + t)² with t = e^(−2|x|); 1 − tanh² x would be 0 from 9 on.
        let a = simd.abs_f32s(x);
        let t = decay(simd, simd.add_f32s(a, a), simd.splat_f32s(0.0));
        let u = simd.mul_add_f32s(t, simd.splat_f32s(UNSCALE), simd.splat_f32s(1.0));
        simd.div_f32s(simd.mul_f32s(t, simd.splat_f32s(4.0 * UNSCALE)), simd.mul_f32s(u, u))
    }

    #[inline(always)]
    fn sigmoid<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
        let one = simd.splat_f32s(1.0);
        let e = <f32 as Math>::exp(simd, simd.neg_f32s(x));
        simd.div_f32s(one, simd.add_f32s(one, e))
    }

    #[inline(always)]
    fn sigmoid_slope<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
        // t / (1 + t)² with t = e^(−|x|); 1 − σ(x) would be 0 from 17 on.
        let t = <f32 as Math>::exp(simd, simd.neg_f32s(simd.abs_f32s(x)));
        let u = simd.add_f32s(simd.splat_f32s(1.0), t);
        simd.div_f32s(t, simd.mul_f32s(u, u))
    }

    #[inline(always)]
    fn softplus<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
        // max(x, 0) + ln(1 + t) with t = e^(−|x|) in [0, 1].
        let t = <f32 as Math>::exp(simd, simd.neg_f32s(simd.abs_f32s(x)));
        simd.add_f32s(<f32 as Lanes>::max(simd, simd.splat_f32s(0.0), x), f32::log_one_plus(simd, t))
    }

    #[inline(always)]
    fn silu<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
        let (zero, unscale) = (simd.splat_f32s(0.0), simd.splat_f32s(UNSCALE));
        let a = <f32 as Lanes>::min(simd, simd.splat_f32s(93.0), simd.abs_f32s(x));
        let t = decay(simd, a, zero);
        let below = simd.mul_f32s(simd.mul_f32s(simd.neg_f32s(a), t), unscale);
        let numerator = simd.select_f32s(simd.less_than_f32s(zero, x), x, below);
        simd.div_f32s(numerator, simd.mul_add_f32s(t, unscale, simd.splat_f32s(1.0)))
    }

    #[inline(always)]
    fn silu_slope<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
        let (zero, one, unscale) = (simd.splat_f32s(0.0), simd.splat_f32s(1.0), simd.splat_f32s(UNSCALE));
        let a = <f32 as Lanes>::min(simd, simd.splat_f32s(93.0), simd.abs_f32s(x));
        let scaled = decay(simd, a, zero);
        let t = simd.mul_f32s(scaled, unscale);
        // With s = σ(|x|): s (1 + |x| t s) above 0, t s (1 − |x| s) below.
        let s = simd.div_f32s(one, simd.add_f32s(one, t));
        let as_ = simd.mul_f32s(a, s);
        let above = simd.mul_f32s(s, simd.mul_add_f32s(as_, t, one));
        let below = simd.mul_f32s(simd.mul_f32s(scaled, simd.mul_f32s(s, simd.sub_f32s(one, as_))), unscale);
        simd.select_f32s(simd.less_than_f32s(zero, x), above, below)
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

    #[inline(always)]
    fn gelu<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
        // max(x, 0) − |x| Φ(−|x|)
        let [a, e, ratio] = normal_tail(simd, x);
        let tail = simd.mul_f32s(simd.mul_f32s(a, simd.mul_f32s(e, ratio)), simd.splat_f32s(UNSCALE));
        simd.sub_f32s(<f32 as Lanes>::max(simd, simd.splat_f32s(0.0), x), tail)
    }

    #[inline(always)]
    fn gelu_slope<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
        // Φ(−a) − a φ(a) below 0, and 1 less that above.
        let [a, e, ratio] = normal_tail(simd, x);
        let ratio = simd.mul_add_f32s(a, simd.splat_f32s(-DENSITY), ratio);
        let below = simd.mul_f32s(simd.mul_f32s(e, ratio), simd.splat_f32s(UNSCALE));
        let above = simd.sub_f32s(simd.splat_f32s(1.0), below);
        simd.select_f32s(simd.less_than_f32s(simd.splat_f32s(0.0), x), above, below)
    }
}
