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
        along: conv1d(8, kernel = 3), tanh;
        longer: conv_transpose1d(10, kernel = 3, stride = 2), lp_pool1d(3, p = 1.5), weighted_avg_pool1d(2), avg_pool1d(2);
        adaptive_max_pool1d(2), global_avg_pool;
    }

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
            let loss = CrossEntropy::new();
            loss.step(&net, part.inputs(), part.targets(), &mut pass, &mut gradients).unwrap();
            adam.step(&mut net, &gradients).unwrap();
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

#[test]
fn threads_do_not_change_a_bit() {
    same_on_any_number_of_threads::<Net>();
    same_on_any_number_of_threads::<Graph>();
    same_on_any_number_of_threads::<Normalized>();
    same_on_any_number_of_threads::<Windows>();
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
}

fn agree<N: Trainable<Element = f32, Input = NetInput, Output = NetOutput> + Total>() {
    let digits = data::digits(50, 1);
    let net = N::initialized(1);
    let loss = CrossEntropy::new();
    let (mut pass, mut explicit, mut fused) = (net.pass(50), net.gradients(), net.gradients());
    let logits = net.forward_train(digits.inputs(), &mut pass).to_batch();
    let (value, d_logits) = loss.value_and_gradient(&logits, digits.targets()).unwrap();
    net.backward(&d_logits, &mut pass, &mut explicit).unwrap();
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
