use super::*;
use crate::{
    layers::testing::{assert_close, differences, values},
    shape::Const,
};

type S = (Const<37>,);

fn outputs<A: Activation<E>, E: Element>(a: A, x: &[E]) -> Vec<E> {
    let mut y = vec![E::zero(); x.len()];
    apply(a, View::<S, E>::new(x, 1, 1), ViewMut::new(&mut y, 1, 1));
    let mut in_place = x.to_vec();
    forward(a, ViewMut::<S, E>::new(&mut in_place, 1, 1));
    assert!(y.iter().zip(&in_place).all(|(a, b)| a == b || a.is_nan() && b.is_nan()));
    y
}

fn gradients<A: Activation<E>, E: Element>(a: A, y: &[E], d: &[E]) -> Vec<E> {
    let mut d = d.to_vec();
    backward(a, View::<S, E>::new(y, 1, 1), ViewMut::new(&mut d, 1, 1));
    d
}

/// Against `f` in `f64`, against differences, and `f32` against `f64`.
fn check<A: Activation<f64> + Activation<f32>>(a: A, f: impl Fn(f64) -> f64) {
    let wide: Vec<f64> = values::<f64>(37, 1).iter().map(|x| 5.0 * x).collect();
    let d = values::<f64>(37, 2);
    let y = outputs(a, &wide);
    assert_close(&y, &wide.iter().map(|&x| f(x)).collect::<Vec<_>>(), 1e-14);
    let d_x = gradients(a, &y, &d);
    assert_close(&d_x, &differences(&wide, &d, |x| outputs(a, x)), 1e-9);
    let narrow: Vec<f32> = wide.iter().map(|&x| x as f32).collect();
    let y32 = outputs(a, &narrow);
    assert_close(&y32, &y, 1e-6);
    assert_close(&gradients(a, &y32, &values::<f32>(37, 2)), &d_x, 1e-5);
}

#[test]
fn values_and_slopes_agree_with_their_definitions() {
    check(Identity, |x| x);
    check(Relu, |x| x.max(0.0));
    check(LeakyRelu::default(), |x| if x > 0.0 { x } else { 0.01 * x });
    check(LeakyRelu(0.3), |x| if x > 0.0 { x } else { 0.3 * x });
    check(Elu::default(), |x| if x > 0.0 { x } else { x.exp_m1() });
    check(Elu(0.5), |x| if x > 0.0 { x } else { 0.5 * x.exp_m1() });
    let (lambda, alpha) = (1.050_700_987_355_480_5, 1.673_263_242_354_377_2);
    check(Selu, |x| lambda * if x > 0.0 { x } else { alpha * x.exp_m1() });
    check(Sigmoid, |x| 1.0 / (1.0 + (-x).exp()));
    check(Tanh, f64::tanh);
    check(Softplus, |x| x.exp().ln_1p());
}

/// Values and slopes from −110 to 110, f64 by the plain definition with t = e^(−|x|), to a relative error.
fn check_line<A: Activation<f64> + Activation<f32> + std::fmt::Debug>(
    a: A,
    f: impl Fn(f64) -> f64,
    slope: impl Fn(f64) -> f64,
) {
    let close = |found: f64, right: f64, error: f64, least: f64| {
        (found - right).abs() <= error * right.abs() || right.abs() < least && found.abs() <= least
    };
    for block in 0..60 {
        let x: Vec<f64> = (0..37).map(|i| f64::from(((block * 37 + i) as f32 - 1_110.0) * 0.1)).collect();
        let narrow: Vec<f32> = x.iter().map(|&x| x as f32).collect();
        let (y, y32) = (outputs(a, &x), outputs(a, &narrow));
        let (mut d, mut d32) = (vec![1.0_f64; 37], vec![1.0_f32; 37]);
        backward_from_input(a, View::<S, f64>::new(&x, 1, 1), ViewMut::new(&mut d, 1, 1));
        backward_from_input(a, View::<S, f32>::new(&narrow, 1, 1), ViewMut::new(&mut d32, 1, 1));
        // SELU's slope is 1.76 times an exponential that is 0 where it would be subnormal.
        let least = 1.76 * f64::from(f32::MIN_POSITIVE);
        for (i, &x) in x.iter().enumerate() {
            assert!(close(y[i], f(x), 1e-15, 0.0), "{a:?}({x}) = {:e}, not {:e}", y[i], f(x));
            assert!(close(f64::from(y32[i]), f(x), 4e-7, least), "{a:?}({x}) = {:e} in f32, not {:e}", y32[i], f(x));
            assert!(close(d[i], slope(x), 1e-15, 0.0), "slope of {a:?} at {x}: {:e}, not {:e}", d[i], slope(x));
            assert!(close(f64::from(d32[i]), slope(x), 5e-7, least), "slope of {a:?} at {x} in f32: {:e}", d32[i]);
        }
    }
}

/// Against the definitions, of an activation whose derivative needs its input.
fn check_from_input<A: Activation<f64> + Activation<f32>>(
    a: A,
    f: impl Fn(f64) -> f64,
    derivative: impl Fn(f64) -> f64,
) {
    fn found<A: Activation<E>, E: Element>(a: A, x: &[E]) -> [Vec<E>; 2] {
        let mut d = vec![E::one(); x.len()];
        backward_from_input(a, View::<S, E>::new(x, 1, 1), ViewMut::new(&mut d, 1, 1));
        [outputs(a, x), d]
    }
    let wide: Vec<f64> = values::<f64>(37, 1).iter().map(|x| 5.0 * x).collect();
    let narrow: Vec<f32> = wide.iter().map(|&x| x as f32).collect();
    let expected: [Vec<f64>; 2] = [wide.iter().map(|&x| f(x)).collect(), wide.iter().map(|&x| derivative(x)).collect()];
    for (found, expected) in found(a, &wide).iter().zip(&expected) {
        assert_close(found, expected, 1e-13);
    }
    for (found, expected) in found(a, &narrow).iter().zip(&expected) {
        assert_close(found, expected, 1e-5);
    }
}

#[test]
fn derivatives_from_the_input_are_right_far_from_zero() {
    let t = |x: f64| (-x.abs()).exp();
    let sign = |x: f64, above: f64, below: f64| if x > 0.0 { above } else { below };
    check_line(Sigmoid, |x| sign(x, 1.0, t(x)) / (1.0 + t(x)), |x| t(x) / (1.0 + t(x)).powi(2));
    check_line(Tanh, f64::tanh, |x| x.cosh().powi(-2));
    check_line(Elu(0.5), |x| sign(x, x, 0.5 * x.exp_m1()), |x| sign(x, 1.0, 0.5 * x.exp()));
    let (lambda, alpha) = (Selu::LAMBDA, Selu::ALPHA);
    check_line(Selu, |x| lambda * sign(x, x, alpha * x.exp_m1()), |x| lambda * sign(x, 1.0, alpha * x.exp()));
    let gauss = |x: f64| 0.5 * libm::erfc(-x / std::f64::consts::SQRT_2);
    let density = |x: f64| (-0.5 * x * x).exp() / std::f64::consts::TAU.sqrt();
    let logistic = |x: f64| sign(x, 1.0, t(x)) / (1.0 + t(x));
    check_from_input(Gelu, |x| x * gauss(x), |x| gauss(x) + x * density(x));
    check_from_input(Silu, |x| x * logistic(x), |x| logistic(x) * (1.0 + x * logistic(-x)));
    check_line(Softplus, |x| sign(x, x, 0.0) + t(x).ln_1p(), |x| sign(x, 1.0, t(x)) / (1.0 + t(x)));
    check_line(Relu, |x| x.max(0.0), |x| sign(x, 1.0, 0.0));
    let slope = f64::from(0.25_f32);
    check_line(LeakyRelu(slope), |x| sign(x, x, slope * x), |x| sign(x, 1.0, slope));
}

#[test]
fn the_slope_at_the_kink_of_relu_is_zero() {
    assert_eq!(gradients(Relu, &[0.0; 37], &[1.0; 37]), [0.0; 37]);
}

#[test]
fn nan_is_handed_on_and_infinities_give_the_limits() {
    let mut x = [f32::INFINITY; 37];
    x[5] = f32::NAN;
    x[36] = f32::NEG_INFINITY;
    let check = |y: Vec<f32>, above: f32, below: f32| {
        assert!(y[5].is_nan());
        assert_eq!((y[0], y[36]), (above, below));
    };
    check(outputs(Relu, &x), f32::INFINITY, 0.0);
    check(outputs(LeakyRelu(0.1), &x), f32::INFINITY, f32::NEG_INFINITY);
    check(outputs(LeakyRelu(0.0), &x), f32::INFINITY, 0.0);
    check(outputs(Elu(2.0), &x), f32::INFINITY, -2.0);
    check(outputs(Sigmoid, &x), 1.0, 0.0);
    check(outputs(Tanh, &x), 1.0, -1.0);
    check(outputs(Softplus, &x), f32::INFINITY, 0.0);
}
