//! `map`: gradients against central differences in `f64`, values, constants and what the network says of it.

use crate::differences::{check, data};
use plumbline::prelude::*;

const SCALE: f64 = 1.5;
const WIDTH: usize = 3;

mod constants {
    pub(super) const SHIFT: f64 = -0.25;
}

network! {
    // An activation after it works in place of the result.
    Mish: [6] -> [4] { a: dense(8), map(|x| x * (1.0 + x.exp()).ln().tanh()), sigmoid; b: dense(4); }
    // Arithmetic, powers and constants, after an activation that the layer computes itself.
    Snake: [6] -> [4] {
        a: dense(8), tanh, map(|x| {
            let s = (SCALE * x).sin();
            x + s * s / SCALE - constants::SHIFT * x.powi(3) + x.cos().powi(-2) / std::f64::consts::PI
        });
        b: dense(4), map(|y| (y * y + 1).sqrt() - (-y).exp() / 2);
    }
    Branches: [6] -> [4] {
        a: dense(8), map(|x| if x < 0.1 { 0.5 * x } else if x >= SCALE { x } else { x.powf(1.5) });
        b: dense(4), map(|x| abs(x) + relu(x - 0.2) - min(x, 0.3) + x.max(-0.4) * sigmoid(x));
    }
    // Images of 19 samples: 16 lanes, and 3 of the next 16. 1 / 0 of what has no sample must go nowhere.
    Image: [2, 5, 5] -> [3] {
        a: conv2d(3, kernel = 2), map(|x| 1 / (x + 0.01 * x * x - 0.0));
        squashed: map(|x| x.tanh());
        b: conv2d(2, kernel = 3), map(|x| (x * x + 0.5).ln());
        flatten;
        c: dense(3);
    }
    // Read twice, and the first thing that a network does.
    Shared: [6] -> [6] {
        twice: map(|x| x * x);
        a: map(|x| powf(2, x)) <- twice;
        sum: add <- (twice, a);
        b: dense(6), sigmoid;
        product: multiply <- (b, twice);
    }
    Flat: [6] -> [4] { a: dense(4), map(|x| x - (x - 1)); }
    Twice: [3] -> [3] { map(|x| (x - 1) * (x - 1) + (x - 1)); }
    Line: [3] -> [3] { map(|x| 2 * (WIDTH as f64 * x) + SCALE); }
}

#[test]
fn gradients() {
    check::<Mish<f64>>();
    check::<Snake<f64>>();
    check::<Branches<f64>>();
    check::<Image<f64>>();
    check::<Shared<f64>>();
}

#[test]
fn values_in_both_element_types() {
    let net = Line::new(0);
    let y = net.forward(&Batch::from_vec(vec![0.0, 1.0, -2.0]).unwrap());
    assert_eq!(y.as_slice(), [1.5_f32, 7.5, -10.5]);
    let net = Line::<f64>::initialized(0);
    let y = net.forward(&Batch::from_vec(vec![0.0, 1.0, f64::INFINITY]).unwrap());
    assert_eq!(y.as_slice(), [1.5, 7.5, f64::INFINITY]);
}

#[test]
fn a_function_without_slope_has_no_gradient() {
    let net = Flat::<f64>::initialized(3);
    let x = data(5);
    let mut pass = net.pass(5);
    let mut gradients = net.gradients();
    let y = net.forward_train(&x, &mut pass);
    assert!(y.as_slice().iter().all(|y| (y - 1.0).abs() < 1e-15));
    let d_x = net.backward(&data(5), &mut pass, &mut gradients).unwrap();
    assert!(d_x.as_slice().iter().all(|&d| d == 0.0));
}

#[test]
fn operations_are_counted_after_simplification() {
    // 2 (3 x) + SCALE, three times.
    assert_eq!(Line::FLOPS, 9);
    // What occurs twice is counted once: (x - 1), its square, a sum.
    assert_eq!(Twice::FLOPS, 3 * 3);
    assert_eq!(Line::PARAMETERS, 0);
}

network! {
    Root: [1] -> [1] { map(|x| (x * x).sqrt()); }
    Cusp: [1] -> [1] { map(|x| x.abs().sqrt()); }
    LogSum: [1] -> [1] { map(|x| (1.0 + x.exp()).ln()); }
    LogSigmoid: [1] -> [1] { map(|x| sigmoid(x).ln()); }
    Two: [1] -> [1] { map(|x| (x.exp() + (-2 * x).exp()).ln()); }
    Swish: [1] -> [1] { map(|x| x / (1.0 + (-x).exp())); }
    MishByHand: [1] -> [1] { map(|x| x * (1.0 + x.exp()).ln().tanh()); }
    Softplus: [1] -> [1] { map(|x| x.softplus()); }
    MishByName: [1] -> [1] { map(|x| mish(x)); }
    Near: [1] -> [1] { map(|x| x.ln_1p() + exp_m1(x) + (1 + x).ln() + (x.exp() - 1)); }
    Tanh: [1] -> [1] { map(|x| x.tanh()); }
    Sigmoid: [1] -> [1] { map(|x| x.sigmoid()); }
    // The layers of the same names, alone and behind a layer that they are fused with.
    TanhLayer: [1] -> [1] { tanh; }
    SigmoidLayer: [1] -> [1] { sigmoid; }
    EluLayer: [1] -> [1] { elu; }
    SeluLayer: [1] -> [1] { selu; }
    GeluLayer: [1] -> [1] { gelu; }
    SiluLayer: [1] -> [1] { silu; }
    LeakyLayer: [1] -> [1] { leaky_relu(0.0); }
    FusedTanh: [1] -> [1] { a: dense(1, bias = false), tanh; }
    FusedSigmoid: [1] -> [1] { a: dense(1, bias = false), sigmoid; }
    FusedElu: [1] -> [1] { a: dense(1, bias = false), elu; }
    FusedImage: [1, 2, 2] -> [1, 2, 2] { a: conv2d(1, kernel = 1, bias = false), tanh; }
    FusedNorm: [2] -> [1] { a: dense(2), tanh; norm: batch_norm, sigmoid; b: dense(1), selu; }
    FusedSignal: [2, 9] -> [3] { a: conv1d(3, kernel = 2), elu; b: conv1d(2, kernel = 3, stride = 2), tanh; flatten; c: dense(3), sigmoid; }
}

/// The value and the derivative at `x`, alone and as one of 16 and of 19 samples.
macro_rules! at {
    ($net:ident, $element:ty, $x:expr) => {{
        let mut net = $net::<$element>::initialized(0);
        ones(&mut net);
        let mut found = None;
        for samples in [1, 16, 19] {
            let width = <<$net<$element> as Network>::Input as Shape>::LEN;
            let x = Batch::from_vec(vec![$x as $element; samples * width]).unwrap();
            let d_y = Batch::from_vec(vec![1.0 as $element; samples * width]).unwrap();
            let (mut pass, mut gradients) = (net.pass(samples), net.gradients());
            let y = net.forward_train(&x, &mut pass).as_slice()[samples * width - 1];
            assert_eq!(y.to_bits(), net.forward(&x).as_slice()[samples * width - 1].to_bits());
            let d_x = net.backward(&d_y, &mut pass, &mut gradients).unwrap().as_slice()[samples * width - 1];
            let pair = (f64::from(y), f64::from(d_x));
            let (y, d) = *found.get_or_insert(pair);
            assert!(close(pair.0, y, 1e-6) && close(pair.1, d, 1e-6), "{pair:?} of {samples}, not {:?}", (y, d));
        }
        found.unwrap()
    }};
}

fn ones<E: plumbline::Element>(net: &mut impl plumbline::Parameters<E>) {
    for index in 0..net.tensors() {
        net.tensor_mut(index).values.fill(E::one());
    }
}

fn close(found: f64, right: f64, error: f64) -> bool {
    found == right || ((found - right) / right).abs() < error
}

/// A network at `x` in `f32`, and in `f64`.
macro_rules! assert_at {
    ($($net:ident),* at $x:expr => $value:expr, $slope:expr) => {$(
        let (value, slope): (f64, f64) = ($value, $slope);
        for (found, error) in [(at!($net, f32, $x), 5e-7), (at!($net, f64, $x), 1e-14)] {
            let right = close(found.0, value, error) && close(found.1, slope, error);
            assert!(right, "{} at {}: {found:?}, not {:?}", stringify!($net), $x, (value, slope));
        }
    )*};
}

#[test]
fn values_and_derivatives_are_right_where_plain_formulas_overflow_or_cancel() {
    let infinity = f64::INFINITY;
    assert_at!(Root, Cusp at 0.0 => 0.0, 0.0);
    assert_at!(Root at -3.0 => 3.0, -1.0);
    assert_at!(Cusp at -4.0 => 2.0, -0.25);
    assert_at!(LogSum, Softplus, MishByHand, MishByName, Swish at 100.0 => 100.0, 1.0);
    assert_at!(LogSum, Softplus, MishByHand, MishByName at infinity => infinity, 1.0);
    assert_at!(LogSum, Softplus at -infinity => 0.0, 0.0);
    assert_at!(MishByHand, MishByName at -infinity => 0.0, 0.0);
    let small = (-50.0_f64).exp();
    assert_at!(LogSum, Softplus at -50.0 => small, small);
    assert_at!(MishByHand, MishByName at -50.0 => -50.0 * small, -49.0 * small);
    assert_at!(Swish at -50.0 => -50.0 * small, -49.0 * small);
    assert_at!(LogSigmoid at -500.0 => -500.0, 1.0);
    assert_at!(LogSigmoid at 50.0 => -small, small);
    assert_at!(Two at 200.0 => 200.0, 1.0);
    assert_at!(Two at -200.0 => 400.0, -2.0);
    let e = 2.0_f64.powi(-30);
    assert_at!(Near at e => 4.0 * e, 4.0);
    assert_at!(Tanh, TanhLayer, FusedTanh, FusedImage at 8.0 => 8.0_f64.tanh(), 8.0_f64.cosh().powi(-2));
    assert_at!(Tanh, TanhLayer, FusedTanh, FusedImage at -20.0 => -20.0_f64.tanh(), 20.0_f64.cosh().powi(-2));
    let sigmoid_slope = (-17.0_f64).exp() / (1.0 + (-17.0_f64).exp()).powi(2);
    assert_at!(Sigmoid, SigmoidLayer, FusedSigmoid at 17.0 => 1.0 / (1.0 + (-17.0_f64).exp()), sigmoid_slope);
    assert_at!(EluLayer, FusedElu at -20.0 => (-20.0_f64).exp_m1(), (-20.0_f64).exp());
    let selu = 1.050_700_987_355_480_5 * 1.673_263_242_354_377_2;
    assert_at!(SeluLayer at -20.0 => selu * (-20.0_f64).exp_m1(), selu * (-20.0_f64).exp());
    // By mpmath: x Φ(x) and Φ(x) + x φ(x).
    assert_at!(GeluLayer at -5.0 => -1.4332578593959696e-6, -7.146946001792295e-6);
    assert_at!(GeluLayer at -6.0 => -5.9195258702261888e-9, -3.5468709453902015e-8);
    assert_at!(GeluLayer at -13.0 => -7.952313719414843e-38, -1.0337304440113356e-36);
    assert_at!(GeluLayer, SiluLayer, LeakyLayer at -infinity => 0.0, 0.0);
    assert_at!(GeluLayer, SiluLayer, LeakyLayer at infinity => infinity, 1.0);
    assert_at!(TanhLayer, FusedTanh at infinity => 1.0, 0.0);
}

#[test]
fn fused_activations_have_the_gradients_of_their_networks() {
    check::<FusedNorm<f64>>();
    check::<FusedSignal<f64>>();
}
