//! `map`: gradients against central differences in `f64`, values, constants and what the network says of it.

mod differences;

use differences::{check, data};
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
