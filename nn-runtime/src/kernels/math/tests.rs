//! Each function over the whole line: in `f32` against `f64`, in `f64` against values of 20 digits.

use pulp::WithSimd;

use super::*;
use crate::kernels::{Element, simd::on_each};

/// Every so many bit patterns of `f32`: a prime, so that all exponents meet all kinds of fractions.
const STRIDE: usize = 9973;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Function {
    Exp,
    ExpMinusOne,
    LogOnePlus,
    Tanh,
    TanhSlope,
    Sigmoid,
    SigmoidSlope,
    Softplus,
    Silu,
    SiluSlope,
    Erf,
    Gelu,
    GeluSlope,
}

use Function::*;

/// Each function, its name among the references, and the largest errors in `f32` and `f64` that its documentation states.
const FUNCTIONS: [(Function, &str, f64, f64); 13] = [
    (Exp, "exp", 2e-7, 1e-15),
    (ExpMinusOne, "exp_minus_one", 2e-7, 1e-15),
    (LogOnePlus, "log_one_plus", 2e-7, 1e-15),
    (Tanh, "tanh", 3e-7, 1e-15),
    (TanhSlope, "tanh_slope", 3e-7, 1e-15),
    (Sigmoid, "sigmoid", 2.5e-7, 1e-15),
    (SigmoidSlope, "sigmoid_slope", 3e-7, 1e-15),
    (Softplus, "softplus", 2.5e-7, 1e-15),
    (Silu, "silu", 3e-7, 1e-15),
    (SiluSlope, "silu_slope", 5e-7, 1e-15),
    (Erf, "erf", 3e-7, 1e-15),
    (Gelu, "gelu", 4e-7, 2e-15),
    (GeluSlope, "gelu_slope", 4e-7, 1e-15),
];

impl Function {
    #[inline(always)]
    fn vector<E: Math, S: Simd>(self, simd: S, x: E::Vector<S>) -> E::Vector<S> {
        match self {
            Exp => E::exp(simd, x),
            ExpMinusOne => E::exp_minus_one(simd, x),
            LogOnePlus => E::log_one_plus(simd, x),
            Tanh => E::tanh(simd, x),
            TanhSlope => E::tanh_slope(simd, x),
            Sigmoid => E::sigmoid(simd, x),
            SigmoidSlope => E::sigmoid_slope(simd, x),
            Softplus => E::softplus(simd, x),
            Silu => E::silu(simd, x),
            SiluSlope => E::silu_slope(simd, x),
            Erf => E::erf(simd, x),
            Gelu => E::gelu(simd, x),
            GeluSlope => E::gelu_slope(simd, x),
        }
    }

    fn takes(self, x: f64) -> bool {
        match self {
            ExpMinusOne => x.is_nan() || x <= 0.0,
            LogOnePlus => x.is_nan() || (0.0..=1.0).contains(&x),
            _ => true,
        }
    }

    /// The error of `y`, relative where the function is not close to a zero that is not at 0.
    fn error(self, x: f64, y: f64, exact: f64) -> f64 {
        let near = |zero: f64| (x - zero).abs() < 0.5;
        let absolute = self == SiluSlope && near(-1.278) || self == GeluSlope && near(-0.752);
        if y == exact { 0.0 } else { (y - exact).abs() / if absolute { 1.0 } else { exact.abs() } }
    }
}

struct Errors(Function, f64);

impl WithSimd for Errors {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Errors(function, bound) = self;
        let x = (0..=u32::MAX).step_by(STRIDE).map(f32::from_bits).filter(|&x| function.takes(x.into()));
        let x: Vec<f32> = x.collect();
        let mut y = x.clone();
        let (vectors, rest) = <f32 as Lanes>::as_vectors_mut::<S>(&mut y);
        for v in vectors {
            *v = function.vector::<f32, S>(simd, *v);
        }
        let count = x.len() - rest.len();
        let mut worst = (0.0, 0.0, 0.0);
        for (&x, &y) in x.iter().zip(&y[..count]) {
            let exact = function.vector::<f64, pulp::Scalar>(pulp::Scalar, x.into());
            if x.is_nan() {
                assert!(y.is_nan(), "{function:?} of NaN is {y}");
            } else if exact as f32 == y {
                // Right to the last bit, infinities and zeros among them.
            } else {
                let error = function.error(x.into(), y.into(), exact);
                let subnormal = exact.abs() < f64::from(f32::MIN_POSITIVE);
                if subnormal {
                    assert!(
                        y.abs() <= f32::MIN_POSITIVE && f64::from(y) * exact >= 0.0,
                        "{function:?}({x:e}) = {y:e}, not {exact:e}"
                    );
                } else if error > worst.0 {
                    worst = (error, x, y);
                }
            }
        }
        let (error, x, y) = worst;
        assert!(error <= bound, "{function:?}({x:e}) = {y:e} is {error:.2e} off");
    }
}

#[test]
fn every_function_is_within_its_error_over_all_numbers() {
    for (function, _, bound, _) in FUNCTIONS {
        on_each(|| Errors(function, bound));
    }
}

struct Wide;

impl WithSimd for Wide {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let mut worst = [(0.0, 0.0, 0.0); FUNCTIONS.len()];
        let mut counts = [0; FUNCTIONS.len()];
        for line in include_str!("reference.txt").lines().filter(|line| !line.starts_with('#')) {
            let [name, x, exact] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
            let place = FUNCTIONS.iter().position(|(_, known, ..)| *known == name).unwrap();
            let (x, exact): (f64, f64) = (x.parse().unwrap(), exact.parse().unwrap());
            let mut y = [0.0];
            f64::store_partial(simd, &mut y, FUNCTIONS[place].0.vector::<f64, S>(simd, f64::splat(simd, x)));
            let error = FUNCTIONS[place].0.error(x, y[0], exact);
            counts[place] += 1;
            if error.is_nan() || error > worst[place].0 {
                worst[place] = (error, x, y[0]);
            }
        }
        for (((function, _, _, bound), (error, x, y)), count) in FUNCTIONS.into_iter().zip(worst).zip(counts) {
            assert!(error <= bound, "{function:?}({x:e}) = {y:e} is {error:.2e} off");
            assert!(count >= 50, "{function:?} has {count} references");
        }
    }
}

#[test]
fn every_function_is_within_its_error_in_double_precision() {
    on_each(|| Wide);
}

struct Limits;

impl WithSimd for Limits {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        limits::<f32, S>(simd);
        limits::<f64, S>(simd);
    }
}

fn limits<E: Element, S: Simd>(simd: S) {
    let at = |function: Function, x: f64| {
        let mut y = [E::nan()];
        E::store_partial(simd, &mut y, function.vector::<E, S>(simd, E::constant(simd, x)));
        y[0].as_f64()
    };
    let (above, below) = (f64::INFINITY, f64::NEG_INFINITY);
    let ends = |function| [at(function, below), at(function, above)];
    assert_eq!(ends(Exp), [0.0, above]);
    assert_eq!((at(Exp, 0.0), at(Sigmoid, 0.0), at(TanhSlope, 0.0), at(SigmoidSlope, 0.0)), (1.0, 0.5, 1.0, 0.25));
    assert_eq!((at(ExpMinusOne, below), at(LogOnePlus, 0.0)), (-1.0, 0.0));
    assert_eq!((ends(Tanh), ends(Sigmoid), ends(Erf)), ([-1.0, 1.0], [0.0, 1.0], [-1.0, 1.0]));
    assert_eq!((ends(TanhSlope), ends(SigmoidSlope)), ([0.0; 2], [0.0; 2]));
    for function in [Softplus, Silu, Gelu] {
        assert_eq!(ends(function), [0.0, above], "{function:?}");
    }
    for function in [SiluSlope, GeluSlope] {
        assert_eq!(ends(function), [0.0, 1.0], "{function:?}");
        assert_eq!(at(function, 0.0), 0.5, "{function:?}");
    }
    for (function, ..) in FUNCTIONS {
        assert!(at(function, f64::NAN).is_nan(), "{function:?}");
    }
}

#[test]
fn infinities_give_the_limits_and_nan_is_handed_on() {
    on_each(|| Limits);
}
