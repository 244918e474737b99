//! `batch_norm` in training and in inference, its running statistics between the two, and PyTorch's state dictionaries with them.

use plumbline::{network::Role, prelude::*};

use crate::fixture::{DOUBLE, Fixture, SINGLE, path};

/// Forward and backward in training, the move of the running statistics, then inference.
fn check<N: Trainable<Input: Shape, Output: Shape> + Total>(case: &str, tolerance: f64) {
    let fixture = Fixture::open("batch_norms");
    let name = |suffix: &str| format!("{case}.{suffix}");
    let mut net: N = fixture.network(&name("parameter."));
    let x = fixture.batch::<N::Input, N::Element>(&name("input"));
    let d_output = fixture.batch::<N::Output, N::Element>(&name("d_output"));
    let (mut pass, mut gradients) = (net.pass(x.samples()), net.gradients());
    let output = net.forward_train(&x, &mut pass);
    fixture.assert_close(&name("output"), output.as_slice(), tolerance);
    let d_input = net.backward(&d_output, &mut pass, &mut gradients).unwrap();
    fixture.assert_close(&name("d_input"), d_input.as_slice(), tolerance);
    for tensor in gradients.parameters().filter(|tensor| tensor.role == Role::Parameter) {
        fixture.assert_close(&name(&format!("gradient.{}", tensor.name)), tensor.values, tolerance);
    }
    net.update_buffers(&mut pass).unwrap();
    for tensor in net.parameters().filter(|tensor| tensor.role == Role::Buffer) {
        fixture.assert_close(&name(&format!("after.{}", tensor.name)), tensor.values, tolerance);
    }
    fixture.assert_close(&name("inferred"), net.forward(&x).as_slice(), tolerance);
}

/// A test for each case.
macro_rules! cases {
    ($($case:ident: $takes:tt { $($layer:tt)* })*) => {
        $(#[test]
        fn $case() {
            network! { Case: $takes -> $takes { $($layer)* } }
            check::<Case<f64>>(stringify!($case), DOUBLE);
            check::<Case<f32>>(stringify!($case), SINGLE);
        })*

        #[test]
        fn every_case_of_the_file_is_tested() {
            let mut cases = vec![$(stringify!($case)),*, "network"];
            cases.sort();
            let names = Fixture::open("batch_norms").names("");
            let mut expected: Vec<&str> = names.iter().filter_map(|name| name.strip_suffix(".input")).collect();
            expected.sort();
            assert_eq!(cases, expected);
        }
    };
}

cases! {
    vector: [5] { layer: batch_norm; }
    wide: [40] { layer: batch_norm(momentum = 0.5); }
    sequence: [3, 6] { layer: batch_norm(epsilon = 0.1); }
    one_sequence: [3, 6] { layer: batch_norm; }
    image: [3, 4, 5] { layer: batch_norm; }
    full_image: [2, 3, 3] { layer: batch_norm(momentum = 1.0, epsilon = 0.01); }
}

network! {
    Normalized: [2, 8, 8] -> [3] {
        conv: conv2d(4, kernel = 3, bias = false);
        norm1: batch_norm, relu;
        max_pool2d(2), flatten;
        fc: dense(6, bias = false);
        norm2: batch_norm(momentum = 0.3), tanh;
        logits: dense(3);
    }
}

#[test]
fn a_state_dictionary_brings_its_statistics() {
    let fixture = Fixture::open("batch_norms");
    let mut net = Normalized::<f64>::initialized(0);
    net.load(path("batch_norms.weights")).unwrap();
    let y = net.forward(&fixture.batch("network.input"));
    fixture.assert_close("network.inferred", y.as_slice(), DOUBLE);
    // Every tensor but the counts, number for number.
    let weights = Fixture::open("batch_norms.weights");
    let counts = weights.names("").iter().filter(|name| name.ends_with(".num_batches_tracked")).count();
    assert_eq!((counts, net.tensors()), (2, weights.names("").len() - counts));
    for tensor in net.parameters() {
        let name = tensor.name.to_string();
        assert_eq!((tensor.shape, tensor.values), (&weights.shape(&name)[..], &weights.numbers(&name)[..]));
    }
}
