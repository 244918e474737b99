//! The functions in `f64`, number by number, from the standard library's and libm's.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

use pulp::Simd;

use super::Math;

/// t = e^(−|x|) and 1 + t.
#[inline(always)]
fn decay(x: f64) -> (f64, f64) {
    let t = (-x.abs()).exp();
    (t, 1.0 + t)
}

#[inline(always)]
fn sigmoid(x: f64) -> f64 {
    let (t, u) = decay(x);
    if x > 0.0 { 1.0 / u } else { t / u }
}

#[inline(always)]
fn sigmoid_slope(x: f64) -> f64 {
    let (t, u) = decay(x);
    t / (u * u)
}

#[inline(always)]
fn tanh_slope(x: f64) -> f64 {
    // 4 t / (1 + t)² with t = e^(−2|x|), 2√t from e^(−|x|), which is normal where the result is.
    let (t, _) = decay(x);
    let (twice, u) = (2.0 * t, 1.0 + t * t);
    twice / u * (twice / u)
}

/// From here on e^(−|x|) times |x| is 0.
const SILU_END: f64 = 760.0;

/// Below −700, where eˣ may be subnormal and a product with it is not, eˣ is taken as the square of this.
#[inline(always)]
fn root(x: f64) -> f64 {
    (0.5 * x).exp()
}

#[inline(always)]
fn silu(x: f64) -> f64 {
    let (t, u) = decay(x);
    match x {
        _ if x > 0.0 => x / u,
        _ if x < -SILU_END => -0.0,
        _ if x < -700.0 => x * root(x) * root(x),
        _ => x * t / u,
    }
}

#[inline(always)]
fn silu_slope(x: f64) -> f64 {
    let (t, u) = decay(x);
    match x {
        _ if x > SILU_END => 1.0,
        _ if x > 0.0 => (1.0 + x * t / u) / u,
        _ if x < -SILU_END => -0.0,
        _ if x < -700.0 => (1.0 + x) * root(x) * root(x),
        _ => t / u * (1.0 + x / u),
    }
}

/// From here on Φ(−x) times x is 0.
const GELU_END: f64 = 39.0;

/// Φ(−a) for a ≥ 0.
#[inline(always)]
fn normal_tail(a: f64) -> f64 {
    // 1/√2 less its nearest `f64`.
    const REST: f64 = -4.833_646_656_726_457e-17;
    let u = a * FRAC_1_SQRT_2;
    // What rounding takes from a/√2 changes erfc by that much times its logarithmic slope, between u + √(u² + 4/π) and u + √(u² + 2).
    let lost = a.mul_add(FRAC_1_SQRT_2, -u) + a * REST;
    0.5 * libm::erfc(u) * (1.0 - lost * (u + (u * u + 4.0 / PI).sqrt()))
}

#[inline(always)]
fn gelu(x: f64) -> f64 {
    match x {
        _ if x > GELU_END => x,
        _ if x < -GELU_END => -0.0,
        _ if x > 0.0 => x - x * normal_tail(x),
        _ => x * normal_tail(-x),
    }
}

#[inline(always)]
fn gelu_slope(x: f64) -> f64 {
    // 1 / √(2π)
    const DENSITY: f64 = 0.398_942_280_401_432_7;
    let a = x.abs();
    if a > GELU_END {
        return if x > 0.0 { 1.0 } else { -0.0 };
    }
    // The first 26 bits of a have a square without rounding; e^(−a²/2) would multiply its error by up to 760.
    let high = f64::from_bits(a.to_bits() & !0x07FF_FFFF);
    let density = DENSITY * (-0.5 * high * high).exp() * (0.5 * (high - a) * (high + a)).exp();
    let below = normal_tail(a) - a * density;
    if x > 0.0 { 1.0 - below } else { below }
}

/// `f` in each lane.
#[inline(always)]
fn each<S: Simd>(mut x: S::f64s, f: impl Fn(f64) -> f64) -> S::f64s {
    for lane in pulp::bytemuck::cast_slice_mut::<S::f64s, f64>(std::slice::from_mut(&mut x)) {
        *lane = f(*lane);
    }
    x
}

macro_rules! each_lane {
    ($($name:ident: $function:expr;)*) => {
        impl Math for f64 {
            #[inline(always)]
            fn constant<S: Simd>(simd: S, x: f64) -> S::f64s {
                simd.splat_f64s(x)
            }
            $(#[inline(always)]
            fn $name<S: Simd>(_: S, x: S::f64s) -> S::f64s {
                each::<S>(x, $function)
            })*
        }
    };
}

each_lane! {
    exp: f64::exp;
    exp_minus_one: f64::exp_m1;
    log_one_plus: f64::ln_1p;
    tanh: f64::tanh;
    tanh_slope: tanh_slope;
    sigmoid: sigmoid;
    sigmoid_slope: sigmoid_slope;
    // `f64::max` would drop NaN.
    softplus: |x| if x > 0.0 { x + (-x).exp().ln_1p() } else { x.exp().ln_1p() };
    silu: silu;
    silu_slope: silu_slope;
    erf: libm::erf;
    gelu: gelu;
    gelu_slope: gelu_slope;
}
