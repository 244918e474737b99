//! Results do not depend on the number of threads, bit for bit, and equal seeds give equal runs.

use plumbline::{data::Image, prelude::*};

network! {
    Net: [1, 28, 28] -> [10] {
        conv1: conv2d(4, kernel = 5, stride = 2), relu;
        pool1: max_pool2d(2);
        drop: dropout(0.2), flatten;
        hidden: dense(150);
        norm: layer_norm, tanh;
        logits: dense(10);
    }

    /// Windows of all kinds, over images and over signals.
    Windows: [1, 28, 28] -> [10] {
        conv1: conv2d(4, kernel = 5, stride = 2), relu;
        lp_pool2d(2), weighted_avg_pool2d(2, stride = 1);
        up: conv_transpose2d(4, kernel = 2, stride = 2), relu;
        adaptive_avg_pool2d([3, 7]), reshape([4, 21]);
        along: conv1d(8, kernel = 3, flip = true), tanh;
        longer: conv_transpose1d(10, kernel = 3, stride = 2), lp_pool1d(3, p = 1.5), weighted_avg_pool1d(2), avg_pool1d(2);
        adaptive_max_pool1d(2), global_avg_pool;
    }

    /// Machines that are features, by themselves and in a part.
    Machines: [1, 28, 28] -> [10] {
        flatten;
        features: rbm(150, init = normal(0.05)), tanh;
        inside: Rectified;
        variances: rbm(40, visible = gaussian(variance = learned), init = normal(0.05));
        logits: dense(10);
    }
    Rectified: [150] -> [70] { features: rbm(70, visible = gaussian, hidden = relu, init = normal(0.05)); }

    /// What a sample gives in training depends on its batch.
    Normalized: [1, 28, 28] -> [10] {
        conv1: conv2d(4, kernel = 5, stride = 2);
        norm1: batch_norm, relu;
        inside: Block, flatten;
        hidden: dense(150);
        norm2: batch_norm, tanh;
        logits: dense(10);
    }
    Block: [4, 12, 12] -> [4, 6, 6] {
        conv: conv2d(4, kernel = 3, padding = same, bias = false);
        norm: batch_norm;
        sum: add <- (norm, input);
        max_pool2d(2);
    }

    /// Networks within a network, a tied weight, values that several nodes read.
    Graph: [1, 28, 28] -> [10] {
        flat: flatten;
        code: dense(64), silu;
        inner: Inner;
        block: Gate<64>;
        back: dense(784, tied = code), softplus;
        all: concat <- (back, block, code);
        mapped: map(|x| x / (1.0 + x.abs()));
        logs: dense(12), log_softmax;
        soft: dense(12), softmax <- mapped;
        both: add <- (logs, soft);
        logits: dense(10);
    }
    Inner: [64] -> [64] {
        a: dense(64), leaky_relu;
        norm: layer_norm;
    }
    Gate<N>: [N] -> [N] {
        a: dense(N), sigmoid;
        product: multiply <- (a, input);
    }
}

network! {
    Memory: [_, 3] -> [_, 4] {
        memory: lstm(20, layers = 2, bidirectional = true);
        class: dense(4, each_step = true);
    }

    Around: [_, 3] -> [_, 4] {
        first: rnn(12);
        inside: Inside, tanh;
        class: dense(4, each_step = true);
    }
    Inside: [_, 12] -> [_, 9] { memory: gru(9, layers = 2), dropout(0.2); }

    Last: [_, 3] -> [4] {
        memory: lstm(12, peephole = true, bidirectional = true);
        last;
        class: dense(4);
    }
}

/// Every number of the parameters after some steps, as bits.
fn train<N>(threads: usize, seed: u64) -> Vec<u32>
where
    N: Trainable<Element = f32, Input = NetInput, Output = NetOutput> + Total,
{
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| {
        let digits = data::digits(300, 3);
        let mut net = N::initialized(seed);
        let (mut pass, mut gradients) = (net.pass(128), net.gradients());
        pass.set_seed(seed);
        let mut adam = Adam::new(1e-2);
        // Whole batches, a short one, and one of a single sample.
        for range in [0..128, 128..256, 256..299, 299..300] {
            let part = digits.select(&range.collect::<Vec<_>>()).unwrap();
            let loss = CrossEntropy::new().on_any_output();
            loss.step(&net, part.inputs(), part.targets(), &mut pass, &mut gradients).unwrap();
            adam.step(&mut net, &gradients).unwrap();
            net.update_buffers(&mut pass).unwrap();
        }
        let output = net.forward(digits.inputs());
        let parameters = net.parameters().flat_map(|tensor| tensor.values.to_vec());
        parameters.chain(output.into_vec()).map(f32::to_bits).collect()
    })
}

fn same_on_any_number_of_threads<N>()
where
    N: Trainable<Element = f32, Input = NetInput, Output = NetOutput> + Total,
{
    let one = train::<N>(1, 5);
    for threads in [2, 3, 8] {
        assert!(train::<N>(threads, 5) == one, "{}: {threads} threads gave other bits than one", N::NAME);
    }
}

/// Sequences of 1 to 9 steps; of 1 to 4 in the third batch.
fn sequences(samples: usize, longest: usize) -> Vec<Vec<f32>> {
    let sequence =
        |sample: usize| (0..3 * (1 + sample * sample % longest)).map(move |i| ((i + 5 * sample) as f32 * 0.7).sin());
    (0..samples).map(|sample| sequence(sample).collect()).collect()
}

/// The bits of the costs, outputs and parameters of a network with memory along some steps.
macro_rules! trained {
    ($net:ident, $threads:expr, $targets:expr) => {{
        let pool = rayon::ThreadPoolBuilder::new().num_threads($threads).build().unwrap();
        pool.install(|| {
            let mut net = $net::new(5);
            let (mut pass, mut gradients, mut adam) = (net.pass(1), net.gradients(), Adam::new(1e-2));
            let mut numbers = Vec::new();
            // Several parts, a short one, one of a single sample.
            for (samples, longest) in [(128, 9), (101, 9), (40, 4), (1, 1), (128, 7)] {
                let sequences = sequences(samples, longest);
                let x = Batch::padded(&sequences).unwrap();
                let steps = sequences.iter().map(|sequence| sequence.len() / 3).collect::<Vec<_>>();
                let value = CrossEntropy::new().step(&net, &x, &$targets(&steps), &mut pass, &mut gradients).unwrap();
                numbers.push(value);
                adam.step(&mut net, &gradients).unwrap();
                numbers.extend(net.forward_into(&x, &mut pass).unwrap().as_slice());
            }
            numbers.extend(net.parameters().flat_map(|tensor| tensor.values.to_vec()));
            numbers.into_iter().map(f32::to_bits).collect::<Vec<_>>()
        })
    }};
}

#[test]
fn threads_do_not_change_a_bit_of_networks_with_memory() {
    let each = |steps: &[usize]| {
        StepLabels::<4>::padded(steps.iter().map(|&steps| (0..steps).map(|i| i % 4).collect::<Vec<_>>())).unwrap()
    };
    let one = |steps: &[usize]| Labels::<4>::new(steps.iter().map(|steps| steps % 4)).unwrap();
    let expected = (trained!(Memory, 1, each), trained!(Around, 1, each), trained!(Last, 1, one));
    assert!(expected.0.iter().chain(&expected.1).chain(&expected.2).all(|&bits| f32::from_bits(bits).is_finite()));
    for threads in [2, 3, 8] {
        assert!(trained!(Memory, threads, each) == expected.0, "lstm: {threads} threads gave other bits than one");
        assert!(trained!(Around, threads, each) == expected.1, "parts: {threads} threads gave other bits than one");
        assert!(trained!(Last, threads, one) == expected.2, "last: {threads} threads gave other bits than one");
    }
}

#[test]
fn threads_do_not_change_a_bit() {
    same_on_any_number_of_threads::<Net>();
    same_on_any_number_of_threads::<Graph>();
    same_on_any_number_of_threads::<Normalized>();
    same_on_any_number_of_threads::<Windows>();
    same_on_any_number_of_threads::<Machines>();
}

#[test]
fn equal_seeds_give_equal_runs_and_others_do_not() {
    assert!(train::<Net>(2, 5) == train::<Net>(2, 5));
    assert!(train::<Net>(2, 5) != train::<Net>(2, 6));
}

/// One sample more or less in the batch does not change what the others give.
#[test]
fn a_sample_does_not_see_its_batch() {
    does_not_see_its_batch::<Net>();
    does_not_see_its_batch::<Normalized>();
}

fn does_not_see_its_batch<N: Network<Element = f32, Input = NetInput, Output = NetOutput> + Total>() {
    let net = N::initialized(1);
    let digits = data::digits(37, 9);
    let all = net.forward(digits.inputs());
    for index in [0, 15, 16, 36] {
        let alone: Batch<Image> = digits.inputs().select(&[index]).unwrap();
        let alone = net.forward(&alone);
        for (a, b) in all.sample(index).unwrap().iter().zip(alone.as_slice()) {
            assert!((a - b).abs() <= 1e-5 * b.abs().max(1.0), "sample {index}: {a} in the batch, {b} alone");
        }
    }
}

/// The explicit passes and the fused step are the same arithmetic.
#[test]
fn explicit_and_fused_steps_agree() {
    agree::<Net>();
    agree::<Normalized>();
    agree::<Machines>();
}

fn agree<N: Trainable<Element = f32, Input = NetInput, Output = NetOutput> + Total>() {
    let digits = data::digits(50, 1);
    let net = N::initialized(1);
    let loss = CrossEntropy::new().on_any_output();
    let (mut pass, mut explicit, mut fused) = (net.pass(50), net.gradients(), net.gradients());
    let logits = net.forward_train(digits.inputs(), &mut pass).to_batch();
    let (value, d_logits) = loss.value_and_gradient(&logits, digits.targets()).unwrap();
    net.backward(&d_logits, &mut pass, &mut explicit).unwrap();
    pass.discard_buffers();
    pass.set_seed(0);
    let again = loss.step(&net, digits.inputs(), digits.targets(), &mut pass, &mut fused).unwrap();
    assert!((value - again).abs() < 1e-5);
    for (a, b) in explicit.parameters().zip(fused.parameters()) {
        assert_eq!(a.values, b.values, "{}", a.name);
    }
}

#[test]
fn backward_asks_for_its_forward_pass() {
    let net = Net::new(1);
    let (mut pass, mut gradients) = (net.pass(2), net.gradients());
    let d = Batch::<NetOutput>::zeros(2);
    let error = net.backward(&d, &mut pass, &mut gradients).unwrap_err();
    assert!(error.to_string().contains("found no forward pass for training"), "{error}");
    net.forward_train(&Batch::zeros(3), &mut pass);
    let error = net.backward(&d, &mut pass, &mut gradients).unwrap_err();
    assert!(error.to_string().contains("the 3 samples of the forward pass, found one of 2"), "{error}");
}
