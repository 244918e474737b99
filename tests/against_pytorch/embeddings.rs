//! Rows by index.

use plumbline::prelude::*;

use crate::fixture::{DOUBLE, Fixture, SINGLE};

network! {
    Words: [5] -> [5, 3] { layer: embedding(7, 3); }

    Tagger: [_] -> [_, 2] {
        words: embedding(11, 4), tanh;
        tags: dense(2, each_step = true);
    }
}

/// The output, and the gradients for the case's gradient at the output.
macro_rules! check {
    ($network:ty, $case:literal, $tolerance:expr) => {{
        type Net = $network;
        let fixture = Fixture::open("embeddings");
        let net: Net = fixture.network(concat!($case, ".parameter."));
        let x = fixture.batch::<<Net as Network>::Input, _>(concat!($case, ".input"));
        let d_output = fixture.batch::<<Net as Network>::Output, _>(concat!($case, ".d_output"));
        let (mut pass, mut gradients) = (net.pass(x.samples()), net.gradients());
        let output = net.forward_train(&x, &mut pass).unwrap();
        fixture.assert_close(concat!($case, ".output"), output.as_slice(), $tolerance);
        net.backward(&d_output, &mut pass, &mut gradients).unwrap();
        for tensor in gradients.parameters() {
            fixture.assert_close(&format!("{}.gradient.{}", $case, tensor.name), tensor.values, $tolerance);
        }
        fixture.assert_close(concat!($case, ".output"), net.forward(&x).unwrap().as_slice(), $tolerance);
    }};
}

#[test]
fn a_layer_alone() {
    check!(Words<f64>, "alone", DOUBLE);
    check!(Words<f32>, "alone", SINGLE);
}

#[test]
fn sequences_of_any_length() {
    check!(Tagger<f64>, "short", DOUBLE);
    check!(Tagger<f32>, "short", SINGLE);
    check!(Tagger<f64>, "long", DOUBLE);
    check!(Tagger<f32>, "long", SINGLE);
}
