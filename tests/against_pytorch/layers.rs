//! Every layer and every option of it, alone.

use plumbline::prelude::*;

use crate::fixture::{DOUBLE, Fixture, SINGLE};

/// Sets the parameters of a network of one layer to those of a case, and compares its output and its gradients for
/// the case's gradient at the output.
pub(crate) fn check<N: Trainable<Input: Shape, Output: Shape> + Total>(file: &str, case: &str, tolerance: f64) {
    let fixture = Fixture::open(file);
    let net: N = fixture.network(&format!("{case}.parameter."));
    let name = |suffix: &str| format!("{case}.{suffix}");
    let x = fixture.batch::<N::Input, N::Element>(&name("input"));
    let d_output = fixture.batch::<N::Output, N::Element>(&name("d_output"));

    let mut pass = net.pass(x.samples());
    let mut gradients = net.gradients();
    let output = net.forward_train(&x, &mut pass);
    fixture.assert_close(&name("output"), output.as_slice(), tolerance);
    let d_input = net.backward(&d_output, &mut pass, &mut gradients).unwrap();
    fixture.assert_close(&name("d_input"), d_input.as_slice(), tolerance);
    for tensor in gradients.parameters() {
        fixture.assert_close(&format!("{case}.gradient.{}", tensor.name), tensor.values, tolerance);
    }
    fixture.assert_close(&name("output"), net.forward(&x).as_slice(), tolerance);
}

/// A test for each case: the network of one layer, by the name that the case has in the file.
macro_rules! cases {
    ($file:ident { $($case:ident: $takes:tt -> $gives:tt { $($layer:tt)* })* }) => {
        mod $file {
            use super::*;

            $(#[test]
            fn $case() {
                network! { Case: $takes -> $gives { $($layer)* } }
                check::<Case<f64>>(stringify!($file), stringify!($case), DOUBLE);
                check::<Case<f32>>(stringify!($file), stringify!($case), SINGLE);
            })*

            #[test]
            fn every_case_of_the_file_is_tested() {
                let mut cases = vec![$(stringify!($case)),*];
                cases.sort();
                let names = Fixture::open(stringify!($file)).names("");
                let mut expected: Vec<&str> = names.iter().filter_map(|name| name.strip_suffix(".input")).collect();
                expected.sort();
                assert_eq!(cases, expected);
            }
        }
    };
}

pub(crate) use cases;

cases! { convolutions {
    plain: [3, 7, 8] -> [4, 5, 6] { layer: conv2d(4, kernel = 3); }
    no_bias: [3, 7, 8] -> [4, 5, 6] { layer: conv2d(4, kernel = 3, bias = false); }
    one_by_one: [3, 7, 8] -> [4, 7, 8] { layer: conv2d(4, kernel = 1); }
    rectangle: [3, 7, 8] -> [4, 6, 6] { layer: conv2d(4, kernel = [2, 3]); }
    stride: [3, 7, 8] -> [4, 3, 3] { layer: conv2d(4, kernel = 3, stride = 2); }
    strides: [3, 7, 8] -> [4, 2, 7] { layer: conv2d(4, kernel = 2, stride = [3, 1]); }
    padding: [3, 7, 8] -> [4, 7, 8] { layer: conv2d(4, kernel = 3, padding = 1); }
    paddings: [3, 7, 8] -> [4, 9, 8] { layer: conv2d(4, kernel = 3, padding = [2, 1]); }
    same: [3, 7, 8] -> [4, 7, 8] { layer: conv2d(4, kernel = 3, padding = same); }
    same_even: [3, 7, 8] -> [4, 7, 8] { layer: conv2d(4, kernel = [4, 2], padding = same); }
    same_dilated: [3, 7, 8] -> [4, 7, 8] { layer: conv2d(4, kernel = [2, 3], padding = same, dilation = [3, 1]); }
    dilation: [3, 7, 8] -> [4, 5, 6] { layer: conv2d(4, kernel = 2, dilation = 2); }
    dilations: [3, 7, 8] -> [4, 4, 4] { layer: conv2d(4, kernel = [2, 3], dilation = [3, 2]); }
    groups: [6, 7, 8] -> [4, 5, 6] { layer: conv2d(4, kernel = 3, groups = 2); }
    depthwise: [3, 7, 8] -> [3, 5, 6] { layer: conv2d(3, kernel = 3, groups = 3); }
    depthwise_twice: [3, 7, 8] -> [6, 5, 6] { layer: conv2d(6, kernel = 3, groups = 3); }
    everything: [4, 7, 8] -> [6, 5, 3] {
        layer: conv2d(6, kernel = [3, 2], stride = [2, 3], padding = [2, 1], dilation = [1, 2], groups = 2);
    }
    many_samples: [2, 3, 5] -> [2, 2, 2] { layer: conv2d(2, kernel = 2, stride = [1, 2]); }
} }

cases! { transposed_convolutions {
    plain: [4, 5, 4] -> [3, 7, 6] { layer: conv_transpose2d(3, kernel = 3); }
    no_bias: [4, 5, 4] -> [3, 7, 6] { layer: conv_transpose2d(3, kernel = 3, bias = false); }
    doubling: [4, 5, 4] -> [3, 10, 8] { layer: conv_transpose2d(3, kernel = 2, stride = 2); }
    rectangle: [4, 5, 4] -> [3, 6, 9] { layer: conv_transpose2d(3, kernel = [2, 3], stride = [1, 2]); }
    padding: [4, 5, 4] -> [3, 5, 4] { layer: conv_transpose2d(3, kernel = 3, padding = 1); }
    paddings: [4, 5, 4] -> [3, 7, 7] { layer: conv_transpose2d(3, kernel = 3, stride = 2, padding = [2, 1]); }
    output_padding: [4, 5, 4] -> [3, 10, 8] {
        layer: conv_transpose2d(3, kernel = 3, stride = 2, padding = 1, output_padding = 1);
    }
    output_paddings: [4, 5, 4] -> [3, 15, 9] {
        layer: conv_transpose2d(3, kernel = [1, 2], stride = [3, 2], output_padding = [2, 1]);
    }
    groups: [4, 5, 4] -> [6, 7, 6] { layer: conv_transpose2d(6, kernel = 3, groups = 2); }
    depthwise: [4, 5, 4] -> [4, 10, 8] { layer: conv_transpose2d(4, kernel = 2, stride = 2, groups = 4); }
} }

cases! { pools {
    max: [2, 6, 7] -> [2, 3, 3] { max_pool2d(2); }
    max_rectangle: [2, 6, 7] -> [2, 2, 3] { max_pool2d([3, 2]); }
    max_overlapping: [2, 6, 7] -> [2, 4, 3] { max_pool2d(3, stride = [1, 2]); }
    max_padding: [2, 6, 7] -> [2, 3, 4] { max_pool2d(3, stride = 2, padding = 1); }
    max_paddings: [2, 6, 7] -> [2, 7, 5] { max_pool2d([2, 3], stride = 1, padding = [1, 0]); }
    max_ties: [2, 6, 7] -> [2, 3, 4] { max_pool2d(3, stride = 2, padding = 1); }
    avg: [2, 6, 7] -> [2, 3, 3] { avg_pool2d(2); }
    avg_rectangle: [2, 6, 7] -> [2, 2, 3] { avg_pool2d([3, 2]); }
    avg_overlapping: [2, 6, 7] -> [2, 4, 3] { avg_pool2d(3, stride = [1, 2]); }
    avg_padding: [2, 6, 7] -> [2, 3, 4] { avg_pool2d(3, stride = 2, padding = 1); }
    avg_paddings: [2, 6, 7] -> [2, 7, 5] { avg_pool2d([2, 3], stride = 1, padding = [1, 0]); }
} }

cases! { adaptive_pools {
    max: [2, 6, 7] -> [2, 3, 3] { adaptive_max_pool2d(3); }
    max_overlapping: [2, 6, 7] -> [2, 4, 5] { adaptive_max_pool2d([4, 5]); }
    max_more_bins: [2, 6, 7] -> [2, 8, 3] { adaptive_max_pool2d([8, 3]); }
    avg: [2, 6, 7] -> [2, 2, 7] { adaptive_avg_pool2d([2, 7]); }
    avg_overlapping: [2, 6, 7] -> [2, 4, 5] { adaptive_avg_pool2d([4, 5]); }
    avg_more_bins: [2, 6, 7] -> [2, 8, 3] { adaptive_avg_pool2d([8, 3]); }
    global_max: [2, 6, 7] -> [2] { global_max_pool; }
    global_avg: [2, 6, 7] -> [2] { global_avg_pool; }
} }

cases! { rows {
    layer_norm: [7] -> [7] { layer: layer_norm; }
    layer_norm_wide: [40] -> [40] { layer: layer_norm; }
    layer_norm_epsilon: [3] -> [3] { layer: layer_norm(epsilon = 0.1); }
    layer_norm_each_step: [4, 6] -> [4, 6] { layer: layer_norm; }
    transpose: [4, 6] -> [6, 4] { transpose; }
} }

const SCALE: f64 = 1.7;

cases! { maps {
    mish: [23] -> [23] { map(|x| x * (1 + x.exp()).ln().tanh()); }
    softsign: [23] -> [23] { map(|x| x / (1 + x.abs())); }
    snake: [23] -> [23] { map(|x| x + (SCALE * x).sin().powi(2) / SCALE); }
    hard_swish: [23] -> [23] { map(|x| x * (x + 3).max(0).min(6) / 6); }
    gaussian: [23] -> [23] { map(|x| exp(-x * x / 2)); }
    polynomial: [23] -> [23] { map(|x| 0.5 * x.powi(5) - 2 * x.powi(3) + x - 1); }
    powers: [23] -> [23] {
        map(|x| {
            let base = x * x + 1;
            base.powf(1.5) + powf(2, x) - powi(base, -2)
        });
    }
    roots: [23] -> [23] { map(|x| (x * x + 1).sqrt().ln() * x.cos()); }
    branches: [23] -> [23] {
        map(|x| if x < -1 { 0.1 * x } else if x <= 2 { x.sigmoid() } else { relu(x - 1) });
    }
} }

cases! { dense {
    plain: [5] -> [4] { layer: dense(4); }
    no_bias: [5] -> [4] { layer: dense(4, bias = false); }
    each_step: [6, 5] -> [6, 4] { layer: dense(4, each_step = true); }
    tied: [6] -> [6] {
        encoder: dense(3), tanh;
        decoder: dense(6, tied = encoder), sigmoid;
    }
} }

cases! { activations {
    relu: [23] -> [23] { relu; }
    leaky_relu: [23] -> [23] { leaky_relu(0.02); }
    elu: [23] -> [23] { elu(1.5); }
    selu: [23] -> [23] { selu; }
    gelu: [23] -> [23] { gelu; }
    silu: [23] -> [23] { silu; }
    sigmoid: [23] -> [23] { sigmoid; }
    tanh: [23] -> [23] { tanh; }
    softplus: [23] -> [23] { softplus; }
    softmax: [3] -> [3] { softmax; }
    softmax_steps: [4, 5] -> [4, 5] { softmax; }
    log_softmax: [3] -> [3] { log_softmax; }
    log_softmax_steps: [4, 5] -> [4, 5] { log_softmax; }
} }
