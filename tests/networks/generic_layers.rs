//! Layers inside networks that are generic over dimensions: gradients at two sizes, and both precisions.

use crate::differences::{check, data};
use plumbline::{prelude::*, train::GradientCheck};

network! {
    pub Vectors<I, N>: [I] -> [2 * I] {
        encoder: dense(N), tanh, dropout(0.2);
        norm: layer_norm(epsilon = 0.01), gelu;
        wide: dense(2 * N, bias = false, init = normal(0.5)), softmax;
        joined: concat <- (wide, norm);
        mapped: map(|x| x * x.sigmoid() + 0.5 * x);
        narrow: dense(N), leaky_relu(0.1), gaussian_noise(0.1);
        decoder: dense(I, tied = encoder), log_softmax;
        both: concat <- (decoder, input);
    }

    pub Steps<T, N>: [T, N] -> [N, T] {
        each: dense(N, each_step = true), softplus, masking_noise(0.2);
        norm: layer_norm, silu;
        gate: multiply <- (norm, input);
        soft: log_softmax;
        back: dense(N, tied = each, each_step = true), elu(0.7);
        sum: add <- (back, gate);
        turned: transpose, selu;
    }

    pub Images<C, H>: [C, H, H] -> [C * H] {
        noisy: salt_and_pepper(0.1);
        a: tanh;
        tall: concat(axis = 1) <- (a, noisy) -> [C, 2 * H, H];
        deep: reshape([2 * C, H, H]), sigmoid;
        wide: concat(axis = 2) <- (a, noisy);
        other: reshape([2 * C, H, H]) <- wide;
        product: multiply, identity <- (deep, other, deep);
        flat: flatten, relu;
        out: dense(C * H);
    }

    pub Heads<I, N>: [I] -> (class: [N], code: [2 * I]) {
        shared: dense(N), tanh;
        class: dense(N) <- shared;
        again: dense(I), sigmoid <- shared;
        code: concat <- (input, again);
    }

    pub Hard<N>: [N] -> [1] {
        signs: sign;
        unit: perceptron;
    }
}

#[test]
fn gradients_agree_with_differences() {
    check::<Vectors<5, 3, f64>>();
    check::<Vectors<8, 20, f64>>();
    check::<Steps<4, 3, f64>>();
    check::<Steps<3, 7, f64>>();
    check::<Images<2, 3, f64>>();
    check::<Images<1, 5, f64>>();
}

#[test]
fn gradients_of_several_outputs_agree_with_differences() {
    let losses = Losses::new((MeanSquaredError, SquaredError)).weights([0.7, 2.0]);
    let report =
        GradientCheck::new().run(&Heads::<4, 3, f64>::initialized(3), data(67), &(data(67), data(67)), &losses);
    let report = report.unwrap();
    assert!(report.error() < 1e-6 && report.compared > 20, "{report}");
}

/// Both precisions of a network draw the same parameters, and give the same but for rounding.
fn agree<N, W>()
where
    N: Network<Element = f32, Input = W::Input, Output = W::Output> + Total,
    W: Network<Element = f64, Input: FixedShape, Output: Shape> + Total,
{
    let x = data::<W::Input>(19);
    let (narrow, wide) = (N::initialized(5).forward(&x.cast()), W::initialized(5).forward(&x));
    for (narrow, wide) in narrow.as_slice().iter().zip(wide.as_slice()) {
        assert!((f64::from(*narrow) - wide).abs() <= 1e-5 * wide.abs().max(1.0), "{}: {narrow} {wide}", N::NAME);
    }
}

#[test]
fn both_precisions_agree() {
    agree::<Vectors<5, 3>, Vectors<5, 3, f64>>();
    agree::<Steps<4, 3>, Steps<4, 3, f64>>();
    agree::<Images<2, 3>, Images<2, 3, f64>>();
}

#[test]
fn layers_without_gradient_take_any_size() {
    let mut net = Hard::<3>::new(1);
    net.unit.weight_mut().assign(&ndarray::array![[1.0, 1.0, 1.0]]);
    net.unit.bias_mut()[0] = 0.5;
    // The signs sum to 1 and −1, and the magnitudes to the opposite.
    let x = Batch::from_vec(vec![0.1, 0.2, -3.0, -0.1, -0.2, 3.0]).unwrap();
    assert_eq!(net.forward(&x).as_slice(), [1.0, -1.0]);
}
