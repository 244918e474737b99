//! Layers without a gradient: their outputs alone.

use plumbline::prelude::*;

use crate::fixture::Fixture;

network! {
    Sign: [7] -> [7] { sign; }
    Unit: [5] -> [1] { unit: perceptron; }
}

/// A network of one layer with the parameters of a case gives the case's output.
fn check<N: Network<Input: Shape, Output: Shape> + Total>(case: &str) {
    let fixture = Fixture::open("without_gradient");
    let net: N = fixture.network(&format!("{case}.parameter."));
    let x = fixture.batch::<N::Input, N::Element>(&format!("{case}.input"));
    fixture.assert_close(&format!("{case}.output"), net.forward(&x).as_slice(), 0.0);
    let singles: Vec<_> =
        (0..x.samples()).flat_map(|index| net.forward(&x.rows(index..index + 1)).into_vec()).collect();
    fixture.assert_close(&format!("{case}.output"), &singles, 0.0);
}

#[test]
fn sign() {
    check::<Sign<f64>>("sign");
    check::<Sign<f32>>("sign");
}

#[test]
fn perceptron() {
    check::<Unit<f64>>("perceptron");
    check::<Unit<f32>>("perceptron");
}
