//! Feed-forward networks, the delta rule, and what convolution and pooling are for.

use ndarray::{Array1, Array2, array};
use plumbline::prelude::*;

use crate::assert_near;

network! {
    /// Inputs 1 and 2, hidden units 3 and 4, output unit 5.
    FeedForward: [2] -> [1] {
        hidden: dense(2), sigmoid;
        output: dense(1), sigmoid;
    }

    /// Two outputs, three hidden units.
    Several: [2] -> [2] {
        hidden: dense(3), tanh;
        output: dense(2), sigmoid;
    }

    Norm: [1, 1, 4] -> [1, 1, 2] { lp_pool2d([1, 2]); }
    Average: [1, 1, 4] -> [1, 1, 2] { avg_pool2d([1, 2]); }
    Weighted: [1, 1, 6] -> [1, 1, 2] { weighted_avg_pool2d([1, 3], sigma = 0.5); }

    /// Images of any size into a layer that always receives the same number of summaries.
    AnySize: [1, _, _] -> [3] {
        conv: conv2d(2, kernel = 3, padding = 1), relu;
        summary: adaptive_max_pool2d([2, 2]) -> [2, 2, 2];
        flatten;
        logits: dense(3);
    }

    OneToOne: [3] -> [2] { fc: dense(2); }
    OneToMany: [3] -> [5, 2] { each: repeat(5); memory: rnn(2); }
    ManyToOne: [_, 3] -> [2] { memory: rnn(2); last; }
    InStep: [_, 3] -> [_, 2] { memory: rnn(2); }
    Translator: (source: [_, 3], target: [_, 4]) -> [_, 2] {
        encoder: rnn(5) <- source;
        decoder: rnn(5, state = encoder) <- target;
        each: dense(2, each_step = true);
    }
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// "Multilayer Feed Forward Neural Network": a₅ = g(w₀₅ + w₃₅ g(w₁₃ a₁ + w₂₃ a₂ + w₀₃) + w₄₅ g(w₁₄ a₁ + w₂₄ a₂ + w₀₄)).
#[test]
fn multilayer_feed_forward_neural_network() {
    let mut net = FeedForward::<f64>::initialized(1);
    net.hidden.weight_mut().assign(&array![[0.5, -1.0], [0.25, 0.75]]);
    net.hidden.bias_mut().assign(&array![0.1, -0.2]);
    net.output.weight_mut().assign(&array![[1.5, -0.5]]);
    net.output.bias_mut()[0] = 0.3;
    let (a1, a2) = (0.8, -0.6);
    let a3 = sigmoid(0.5 * a1 - 1.0 * a2 + 0.1);
    let a4 = sigmoid(0.25 * a1 + 0.75 * a2 - 0.2);
    let found = net.forward(&Batch::from_vec(vec![a1, a2]).unwrap());
    assert_near(found.as_slice()[0], sigmoid(0.3 + 1.5 * a3 - 0.5 * a4), 12);
}

/// "Backprop in a nutshell" and "Delta Rule": Δₖ = Errₖ g′(inₖ), Δⱼ = g′(inⱼ) Σₖ wⱼₖ Δₖ, and w ← w + α a Δ, against the step of the library.
#[test]
fn delta_rule() {
    let mut net = Several::<f64>::initialized(3);
    let (x, target, alpha) = (array![0.7, -0.4], array![1.0, 0.0], 0.5);
    let (w1, b1) = (net.hidden.weight().to_owned(), net.hidden.bias().to_owned());
    let (w2, b2) = (net.output.weight().to_owned(), net.output.bias().to_owned());
    let hidden = (w1.dot(&x) + &b1).mapv(f64::tanh);
    let output = (w2.dot(&hidden) + &b2).mapv(sigmoid);
    let delta_k: Array1<f64> = (&target - &output) * &output.mapv(|a| a * (1.0 - a));
    let delta_j: Array1<f64> = w2.t().dot(&delta_k) * hidden.mapv(|a| 1.0 - a * a);
    let moved = |w: &Array2<f64>, delta: &Array1<f64>, a: &Array1<f64>| {
        Array2::from_shape_fn(w.dim(), |(j, i)| w[[j, i]] + alpha * a[i] * delta[j])
    };
    let (new_w1, new_w2) = (moved(&w1, &delta_j, &x), moved(&w2, &delta_k, &hidden));

    let inputs = Batch::<SeveralInput, f64>::from_vec(x.to_vec()).unwrap();
    let targets = Batch::<SeveralOutput, f64>::from_vec(target.to_vec()).unwrap();
    let (mut pass, mut gradients) = (net.pass(1), net.gradients());
    SquaredError.step(&net, &inputs, &targets, &mut pass, &mut gradients).unwrap();
    Sgd::new(alpha).step(&mut net, &gradients).unwrap();
    net.hidden.weight().iter().zip(&new_w1).for_each(|(found, expected)| assert_near(*found, *expected, 12));
    net.output.weight().iter().zip(&new_w2).for_each(|(found, expected)| assert_near(*found, *expected, 12));
    let expected = b2 + alpha * delta_k;
    net.output.bias().iter().zip(&expected).for_each(|(found, expected)| assert_near(*found, *expected, 12));
}

/// "Pooling", other functions: the L2 norm, the average and the weighted average of a neighbourhood.
#[test]
fn pooling_functions() {
    let x = [3.0, -4.0, 0.5, 1.0];
    let row = |values: &[f64]| Batch::from_vec(values.to_vec()).unwrap();
    let norms = Norm::<f64>::initialized(1).forward(&row(&x));
    assert_near(norms.as_slice()[0], 5.0, 12);
    assert_near(norms.as_slice()[1], 1.25_f64.sqrt(), 12);
    assert_eq!(Average::<f64>::initialized(1).forward(&row(&x)).as_slice(), [-0.5, 0.75]);
    // exp(−d² / 2σ²) at the distances 1, 0 and 1, over their sum.
    let (side, x) = ((-2.0_f64).exp(), [1.0, 2.0, -1.0, 0.5, 0.0, 4.0]);
    let weighted = Weighted::<f64>::initialized(1).forward(&Batch::from_vec(x.to_vec()).unwrap());
    for (found, x) in weighted.as_slice().iter().zip(x.chunks(3)) {
        assert_near(*found, (side * x[0] + x[1] + side * x[2]) / (1.0 + 2.0 * side), 12);
    }
}

/// "We can work with inputs of variant size", and "Pooling is essential to handle varying input sizes": the same summaries of an image, and of it with blank margins that
/// the bins share.
#[test]
fn inputs_of_variant_size() {
    let net = AnySize::<f64>::initialized(2);
    let image = |side: usize| {
        let pixels = (0..side * side).map(|k| (0.7 * k as f64).sin()).collect();
        Batch::<AnySizeInput, f64>::from_vec_of(pixels, &[1, side, side]).unwrap()
    };
    for side in [4, 5, 9, 16] {
        let y = net.forward(&image(side)).unwrap();
        assert_eq!((y.samples(), y.as_slice().len()), (1, 3));
    }
    // Each pixel repeated makes an image of twice the size, whose bins hold the same numbers.
    let small: Vec<f64> = (0..16).map(|k| f64::from(k * k % 7)).collect();
    let large: Vec<f64> = (0..64).map(|k| small[k / 16 * 4 + k % 8 / 2]).collect();
    network! { Summaries: [1, _, _] -> [4] { adaptive_max_pool2d([2, 2]); flatten; } }
    let summaries = |pixels: Vec<f64>, side: usize| {
        let batch = Batch::<SummariesInput, f64>::from_vec_of(pixels, &[1, side, side]).unwrap();
        Summaries::<f64>::initialized(1).forward(&batch).unwrap().into_vec()
    };
    assert_eq!(summaries(small, 4), summaries(large, 8));
}

/// "How may we labelled a RNN?": one to one, one to many, many to one, many to many in step, and many to many through an encoder and a decoder.
#[test]
fn configurations_of_a_recurrent_network() {
    let steps = |count: usize, width: usize| (0..count * width).map(|k| (0.3 * k as f64).sin()).collect::<Vec<f64>>();
    let one = Batch::from_vec(steps(1, 3)).unwrap();
    assert_eq!(OneToOne::<f64>::initialized(1).forward(&one).sizes(), [2]);
    assert_eq!(OneToMany::<f64>::initialized(1).forward(&one).sizes(), [5, 2]);
    for length in [4, 7] {
        let many = Batch::<InStepInput, f64>::from_vec_of(steps(length, 3), &[length, 3]).unwrap();
        assert_eq!(ManyToOne::<f64>::initialized(1).forward(&many).unwrap().sizes(), [2]);
        assert_eq!(InStep::<f64>::initialized(1).forward(&many).unwrap().sizes(), [length, 2]);
        let target = Batch::from_vec_of(steps(length + 2, 4), &[length + 2, 4]).unwrap();
        let translated = Translator::<f64>::initialized(1).forward(&many, &target).unwrap();
        assert_eq!(translated.sizes(), [length + 2, 2]);
    }
}
