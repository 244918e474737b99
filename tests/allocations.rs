//! No allocation in a training step after the first, nor in inference.

use std::alloc::System;

use plumbline::{
    data::DataOf,
    prelude::*,
    shape::Sequence,
    train::{Adversarial, Event, Exponential, SparsityPenalty},
};
use rand::rngs::StdRng;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

network! {
    Net: [1, 12, 12] -> [10] {
        conv: conv2d(4, kernel = 3), relu;
        pool: max_pool2d(2);
        drop: dropout(0.25), salt_and_pepper(0.1), flatten;
        wide: dense(64), gelu;
        narrow: dense(64), tanh <- drop;
        sum: add <- (wide, narrow);
        norm: layer_norm, masking_noise(0.1), gaussian_noise(0.1);
        turned: reshape([8, 8]), transpose, flatten;
        logits: dense(10);
    }

    Normalized: [1, 12, 12] -> [10] {
        conv: conv2d(4, kernel = 3);
        norm1: batch_norm, relu;
        pool: max_pool2d(2), reshape([4, 25]);
        norm2: batch_norm, gelu, flatten;
        wide: dense(64);
        norm3: batch_norm, tanh;
        logits: dense(10);
    }

    /// Networks within a network, a tied weight, values that several nodes read.
    Graph: [1, 12, 12] -> [10] {
        flat: flatten;
        code: dense(64), silu;
        inner: Inner;
        block: Gate<64>;
        back: dense(144, tied = code), softplus;
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
    Machines: [1, 12, 12] -> [10] {
        flatten;
        features: rbm(64), tanh;
        levels: reshape([16, 4]), softmax;
        ratings: rbm(32, visible = softmax(4), hidden = relu);
        variances: rbm(20, visible = gaussian(variance = learned));
        logits: dense(10);
    }

    /// Layers that go on until nothing changes.
    Settled: [1, 12, 12] -> [10] {
        flatten;
        memory: hopfield(update = synchronous), relu;
        machine: boltzmann(30, init = normal(0.1));
        signs: map(|x| 2 * x - 1);
        other: hopfield;
        few: boltzmann(10), sigmoid;
    }
}

network! {
    Windows: [1, 12, 12] -> [10] {
        conv: conv2d(2, kernel = 3), lp_pool2d(2, p = 3), tanh;
        up: conv_transpose2d(2, kernel = 2, stride = 2), relu;
        weighted_avg_pool2d(3, stride = 2), adaptive_max_pool2d([3, 4]), avg_pool2d(2, stride = 1), reshape([2, 6]);
        along: conv1d(3, kernel = 3, padding = same, flip = true), lp_pool1d(2, stride = 1), gelu;
        longer: conv_transpose1d(10, kernel = 2), weighted_avg_pool1d(2), max_pool1d(2, stride = 1);
        adaptive_avg_pool1d(3), global_avg_pool;
    }
}

network! {
    Two: (large: [9], small: [2]) -> (class: [3], value: [1]) {
        all: concat <- (large, small);
        shared: dense(16), tanh;
        class: dense(3) <- shared;
        value: dense(1) <- shared;
    }
}

network! {
    Sized: [1, _, _] -> [3] {
        conv: conv2d(4, kernel = 3, padding = 1), relu;
        pool: max_pool2d(2);
        wide: conv2d(8, kernel = 3, stride = 2, flip = true), tanh;
        global_avg_pool;
        out: dense(3);
    }
}

network! {
    Each: [_, 3] -> [_, 5] {
        hidden: dense(32, each_step = true), tanh;
        class: dense(5, each_step = true);
    }
}

network! {
    Memory: [_, 3] -> [_, 5] {
        first: lstm(8, layers = 2, bidirectional = true);
        second: gru(8), tanh;
        inner: Remembers;
        class: dense(5, each_step = true);
    }
    Remembers: [_, 8] -> [_, 8] { memory: rnn(8, layers = 2, activation = sigmoid); }

    Reader: [_, 3] -> [5] { memory: lstm(8, peephole = true); last; class: dense(5); }

    Stream: [_, 3] -> [_, 5] {
        first: lstm(8, layers = 2);
        second: gru(8), tanh;
        inner: Remembers;
        class: dense(5, each_step = true);
    }
}

fn allocations<N>(pool: &rayon::ThreadPool) -> [usize; 3]
where
    N: Trainable<Element = f32, Input = NetInput, Output = NetOutput> + Total,
{
    pool.install(|| {
        let samples = 100;
        let mut net = N::initialized(1);
        let x = Batch::<NetInput>::from_vec((0..samples * 144).map(|i| (i % 17) as f32 / 17.0).collect()).unwrap();
        let labels = Labels::<10>::new((0..samples).map(|i| i % 10)).unwrap();
        let loss = CrossEntropy::new().on_any_output();
        let mut adam = Adam::new(1e-3);
        let (mut pass, mut gradients) = (net.pass(samples), net.gradients());
        let mut d_logits = Batch::zeros(samples);

        let mut explicit = || {
            let logits = net.forward_train(&x, &mut pass);
            loss.value_and_gradient_into(&logits, &labels, &mut d_logits).unwrap();
            net.backward(&d_logits, &mut pass, &mut gradients).unwrap();
            gradients.clip_norm(1.0).unwrap();
            adam.step(&mut net, &gradients).unwrap();
            net.update_buffers(&mut pass).unwrap();
        };
        explicit();
        let region = Region::new(ALLOCATOR);
        (0..5).for_each(|_| explicit());
        let explicit = region.change().allocations;

        let mut fused = || {
            loss.step(&net, &x, &labels, &mut pass, &mut gradients).unwrap();
            adam.step(&mut net, &gradients).unwrap();
            net.update_buffers(&mut pass).unwrap();
        };
        fused();
        let region = Region::new(ALLOCATOR);
        (0..5).for_each(|_| fused());
        let fused = region.change().allocations;

        net.forward_into(&x, &mut pass);
        let region = Region::new(ALLOCATOR);
        (0..5).for_each(|_| {
            net.forward_into(&x, &mut pass);
        });
        [explicit, fused, region.change().allocations]
    })
}

/// The allocations of inference with layers that settle.
fn settled() -> usize {
    let (net, samples) = (Settled::new(1), 100);
    let x =
        Batch::<SettledInput>::from_vec((0..samples * 144).map(|i| (i % 17) as f32 / 17.0 - 0.5).collect()).unwrap();
    let mut pass = net.pass(samples);
    net.forward_into(&x, &mut pass);
    let region = Region::new(ALLOCATOR);
    (0..5).for_each(|_| {
        net.forward_into(&x, &mut pass);
    });
    region.change().allocations
}

/// The allocations between one step of a trainer and the next, for the steps of two epochs.
fn trainer_allocations() -> Vec<usize> {
    let samples = 100;
    let x = Batch::<NetInput>::from_vec((0..samples * 144).map(|i| (i % 17) as f32 / 17.0).collect()).unwrap();
    let data = Dataset::new(x, Labels::<10>::new((0..samples).map(|i| i % 10)).unwrap()).unwrap();
    let (mut counts, mut between) = (Vec::with_capacity(8), Vec::new());
    Trainer::new(Adam::new(1e-3), CrossEntropy::new())
        .epochs(2)
        .batch_size(32)
        .metric(Accuracy)
        .metric(ConfusionMatrix)
        .clip_norm(1.0)
        .schedule_steps(Exponential::new(0.9))
        .callback(|event| {
            if let Event::Step { .. } = event {
                counts.push(ALLOCATOR.stats().allocations);
            }
        })
        .fit(&mut Net::new(1), &data)
        .unwrap();
    // Four steps an epoch; what an epoch ends with may allocate.
    for epoch in counts.chunks(4) {
        between.extend(epoch.windows(2).map(|pair| pair[1] - pair[0]));
    }
    between
}

/// The allocations of five steps over two inputs and two outputs, and between one step of their trainer and the next.
fn several_outputs() -> (usize, Vec<usize>) {
    let (mut net, samples) = (Two::new(1), 100);
    let x = Batch::<TwoLarge>::from_vec((0..samples * 9).map(|i| (i % 17) as f32 / 17.0).collect()).unwrap();
    let small = Batch::<TwoSmall>::from_vec((0..samples * 2).map(|i| (i % 5) as f32 / 5.0).collect()).unwrap();
    let targets = (Labels::<3>::new((0..samples).map(|i| i % 3)).unwrap(), Batch::<TwoValue>::zeros(samples));
    let losses = Losses::new((CrossEntropy::new(), MeanSquaredError)).weights([1.0, 0.3]);
    let (mut pass, mut gradients) = (net.pass(samples), net.gradients());
    let mut step = || {
        losses.step(&net, (&x, &small), &targets, &mut pass, &mut gradients).unwrap();
    };
    step();
    let region = Region::new(ALLOCATOR);
    (0..5).for_each(|_| step());
    let steps = region.change().allocations;

    let data = Dataset::new((x, small), targets).unwrap();
    let mut counts = Vec::with_capacity(4);
    let count = |event: &Event<'_>| {
        if let Event::Step { .. } = event {
            counts.push(ALLOCATOR.stats().allocations);
        }
    };
    let trainer = Trainer::new(Adam::new(1e-3), losses).batch_size(32).metric_on::<0, _>(Accuracy);
    trainer.callback(count).fit(&mut net, &data).unwrap();
    (steps, counts.windows(2).map(|pair| pair[1] - pair[0]).collect())
}

network! {
    /// A code that is drawn, a penalty of the network, and one of the whole batch.
    Autoencoder: [144] -> (reconstruction: [144], divergence: [1], contraction: [1], code: [24]) {
        encoder: dense(48), sigmoid;
        contraction: contractive_penalty;
        mean: dense(24) <- encoder;
        log_variance: dense(24) <- encoder;
        divergence: gaussian_kl <- (mean, log_variance);
        drawn: sample <- (mean, log_variance);
        code: sigmoid;
        reconstruction: dense(144);
    }
}

/// The allocations between one step of a trainer and the next, where the targets are the inputs; with noise on these too.
fn autoencoder(noise: bool) -> Vec<usize> {
    let samples = 128;
    let x = Batch::<AutoencoderInput>::from_vec((0..samples * 144).map(|i| (i % 17) as f32 / 17.0).collect()).unwrap();
    let data = Dataset::from(x);
    let mut counts = Vec::with_capacity(4);
    let count = |event: &Event<'_>| {
        if let Event::Step { .. } = event {
            counts.push(ALLOCATOR.stats().allocations);
        }
    };
    let losses = Losses::new((BinaryCrossEntropy::new(), AuxiliaryLoss, AuxiliaryLoss, SparsityPenalty::new(0.1)));
    let trainer = Trainer::new(Adam::new(1e-3), losses).batch_size(32);
    let mut net = Autoencoder::new(1);
    if noise {
        let add = |batch: &mut DataOf<Autoencoder, Batch<AutoencoderInput>>, _: &mut StdRng| {
            batch.inputs_mut().iter_mut().for_each(|x| *x += 0.1);
        };
        trainer.augment(add).callback(count).fit(&mut net, &data).unwrap();
    } else {
        trainer.callback(count).fit(&mut net, &data).unwrap();
    }
    counts.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

/// The allocations of steps and of inference over images of three sizes, once each size has been seen.
fn free_sizes() -> [usize; 2] {
    let (net, samples) = (Sized::new(1), 40);
    let images = [[8, 8], [20, 12], [11, 30]].map(|[h, w]| {
        Batch::<SizedInput>::from_vec_of((0..samples * h * w).map(|i| (i % 17) as f32 / 17.0).collect(), &[1, h, w])
            .unwrap()
    });
    let labels = Labels::<3>::new((0..samples).map(|i| i % 3)).unwrap();
    let (mut pass, mut gradients) = (net.pass(samples), net.gradients());
    let count = |f: &mut dyn FnMut(&Batch<SizedInput>)| {
        images.iter().for_each(&mut *f);
        let region = Region::new(ALLOCATOR);
        images.iter().cycle().skip(1).take(7).for_each(f);
        region.change().allocations
    };
    let steps = count(&mut |x| {
        CrossEntropy::new().step(&net, x, &labels, &mut pass, &mut gradients).unwrap();
    });
    let inference = count(&mut |x| {
        net.forward_into(x, &mut pass).unwrap();
    });
    [steps, inference]
}

/// The allocations of steps over sequences of different lengths, and between one step of their trainer and the next, once the longest of them
/// have been seen.
fn sequences() -> (usize, Vec<usize>) {
    let (mut net, lengths) = (Each::new(1), (0..100).map(|i| 1 + i * i % 13));
    let x = Batch::<EachInput>::padded(lengths.clone().map(|length| vec![0.5; 3 * length])).unwrap();
    let labels = StepLabels::<5>::padded(lengths.map(|length| vec![length % 5; length])).unwrap();
    let pieces = [0..40, 40..80, 80..100];
    let [(a, b), (c, d), (e, f)] = pieces.map(|range| {
        let indices: Vec<usize> = range.collect();
        (x.select(&indices).unwrap(), data::Target::select(&labels, &indices).unwrap())
    });
    let (mut pass, mut gradients) = (net.pass(1), net.gradients());
    let mut steps = || {
        for (x, labels) in [(&a, &b), (&c, &d), (&e, &f)] {
            CrossEntropy::new().sum_over_steps().step(&net, x, labels, &mut pass, &mut gradients).unwrap();
        }
    };
    steps();
    let region = Region::new(ALLOCATOR);
    (0..3).for_each(|_| steps());
    let steps = region.change().allocations;

    let data = Dataset::new(x, labels).unwrap();
    let mut counts = Vec::with_capacity(8);
    let count = |event: &Event<'_>| {
        if let Event::Step { .. } = event {
            counts.push(ALLOCATOR.stats().allocations);
        }
    };
    let trainer = Trainer::new(Adam::new(1e-3), CrossEntropy::new()).batch_size(32).epochs(2).shuffle(false);
    trainer.metric(Accuracy).callback(count).fit(&mut net, &data).unwrap();
    (steps, counts[4..].windows(2).map(|pair| pair[1] - pair[0]).collect())
}

/// Sequences of up to `longest` steps, or all of `longest`.
fn padded<S: Sequence>(samples: usize, longest: usize, ragged: bool) -> Batch<S> {
    let length = |sample: usize| if ragged { 1 + sample * sample % longest } else { longest };
    let sequence = |sample: usize| -> Vec<f32> { (0..3 * length(sample)).map(|i| (i % 17) as f32 / 17.0).collect() };
    Batch::padded((0..samples).map(sequence)).unwrap()
}

/// The allocations of explicit and of fused steps of networks with memory, over batches of other samples and steps, ragged and full, once the
/// longest of them have been seen.
fn memory() -> [usize; 3] {
    let (mut net, reader) = (Memory::new(1), Reader::new(1));
    // The last has as many samples as the first, and no lengths.
    let mut batches: Vec<Batch<MemoryInput>> =
        [(100, 13, true), (40, 7, true), (100, 12, false), (1, 1, false)].map(|(n, t, r)| padded(n, t, r)).into();
    batches.push(Batch::zeros_of(100, &[13, 3]).unwrap());
    let labels: Vec<StepLabels<5>> = batches
        .iter()
        .map(|x| {
            let (steps, lengths) = (x.sizes()[0], x.lengths().to_vec());
            let labels = StepLabels::from_flat((0..x.samples() * steps).map(|i| i % 5), steps).unwrap();
            if lengths.is_empty() { labels } else { labels.with_lengths(lengths).unwrap() }
        })
        .collect();
    let classes: Vec<Labels<5>> =
        batches.iter().map(|x| Labels::new((0..x.samples()).map(|i| i % 5)).unwrap()).collect();
    let (loss, mut adam) = (CrossEntropy::new(), Adam::new(1e-3));

    let (mut pass, mut gradients) = (net.pass(1), net.gradients());
    let mut room: Vec<Batch<MemoryOutput>> = batches.iter().map(|x| net.forward(x).unwrap().zeros_like()).collect();
    let mut explicit = || {
        for ((x, labels), d_y) in batches.iter().zip(&labels).zip(&mut room) {
            let y = net.forward_train(x, &mut pass).unwrap();
            loss.value_and_gradient_into(&y, labels, d_y).unwrap();
            net.backward(&*d_y, &mut pass, &mut gradients).unwrap();
            gradients.clip_norm(1.0).unwrap();
            adam.step(&mut net, &gradients).unwrap();
        }
    };
    let count = |f: &mut dyn FnMut()| {
        f();
        let region = Region::new(ALLOCATOR);
        (0..3).for_each(|_| f());
        region.change().allocations
    };
    let explicit = count(&mut explicit);

    let (mut pass, mut gradients) = (net.pass(1), net.gradients());
    let fused = count(&mut || {
        for (x, labels) in batches.iter().zip(&labels) {
            loss.step(&net, x, labels, &mut pass, &mut gradients).unwrap();
        }
    });

    let batches: Vec<Batch<ReaderInput>> =
        [(100, 13, true), (40, 7, true), (1, 1, false)].map(|(n, t, r)| padded(n, t, r)).into();
    let classes = [&classes[0], &classes[1], &classes[3]];
    let (mut pass, mut gradients) = (reader.pass(1), reader.gradients());
    let last = count(&mut || {
        for (x, labels) in batches.iter().zip(classes) {
            loss.step(&reader, x, labels, &mut pass, &mut gradients).unwrap();
            reader.forward_into(x, &mut pass).unwrap();
        }
    });
    [explicit, fused, last]
}

/// The allocations of streams that go on from one batch to the next, in inference and in training, after the first.
fn streams(samples: usize) -> [usize; 3] {
    let net = Stream::new(1);
    let step: Batch<StreamInput> = padded(samples, 1, false);
    let (mut state, mut pass) = (net.state(samples), net.pass(samples));
    let mut go_on = |x: &Batch<StreamInput>| {
        net.forward_from(x, &mut state, &mut pass).unwrap();
    };
    go_on(&step);
    let region = Region::new(ALLOCATOR);
    (0..20).for_each(|_| go_on(&step));
    let single = region.change().allocations;

    // Longer pieces, ragged ones among them; and a sample that begins afresh.
    let pieces: [Batch<StreamInput>; 3] = [padded(samples, 9, false), padded(samples, 4, true), step];
    pieces.iter().for_each(&mut go_on);
    let region = Region::new(ALLOCATOR);
    pieces.iter().cycle().take(9).for_each(&mut go_on);
    let pieced = region.change().allocations;

    let (mut gradients, d) = (net.gradients(), pieces.each_ref().map(|x| net.forward(x).unwrap().zeros_like()));
    let mut train = || {
        for (x, d) in pieces.iter().zip(&d) {
            net.forward_train_from(x, &mut state, &mut pass).unwrap();
            net.backward(d, &mut pass, &mut gradients).unwrap();
            state.reset_sample(0);
        }
        state.reset();
    };
    train();
    let region = Region::new(ALLOCATOR);
    (0..3).for_each(|_| train());
    [single, pieced, region.change().allocations]
}

network! {
    Generator: [4] -> [6] {
        hidden: dense(16);
        norm: batch_norm, relu;
        point: dense(6);
    }
    Discriminator: [6] -> [1] {
        hidden: dense(16), leaky_relu(0.2), dropout(0.2);
        logit: dense(1);
    }
}

/// The allocations of an adversarial training over so many samples.
fn adversarial(samples: usize) -> usize {
    let data = Batch::from_vec((0..samples * 6).map(|i| (i % 17) as f32 / 17.0).collect()).unwrap();
    let mut gan = Adversarial::new(Generator::new(1), Discriminator::new(2)).batch_size(32).epochs(2).quiet();
    let region = Region::new(ALLOCATOR);
    gan.fit(&data).unwrap();
    region.change().allocations
}

/// The gradient with respect to the inputs alone; steps with frozen layers and with rates of their own.
fn partial() -> [usize; 2] {
    fn allocations(mut f: impl FnMut()) -> usize {
        f();
        let region = Region::new(ALLOCATOR);
        (0..5).for_each(|_| f());
        region.change().allocations
    }
    let (samples, mut net) = (100, Graph::new(1));
    let x = Batch::<GraphInput>::from_vec((0..samples * 144).map(|i| (i % 17) as f32 / 17.0).collect()).unwrap();
    let d_y = Batch::<GraphOutput>::from_vec(vec![0.01; samples * 10]).unwrap();
    let (mut pass, mut gradients) = (net.pass(samples), net.gradients());
    let inputs = allocations(|| {
        net.forward_train(&x, &mut pass);
        net.input_gradient(&d_y, &mut pass).unwrap();
    });
    gradients.freeze(|net| &net.inner);
    gradients.freeze(|net| &net.code);
    gradients.scale_learning_rate(|net| &net.logits, 0.5).unwrap();
    let mut adam = Adam::new(1e-3);
    let frozen = allocations(|| {
        net.forward_train(&x, &mut pass);
        net.backward(&d_y, &mut pass, &mut gradients).unwrap();
        gradients.clip_norm(1.0).unwrap();
        adam.step(&mut net, &gradients).unwrap();
    });
    [inputs, frozen]
}

// Without the test harness, whose own thread allocates where a test takes long. The pools live to the end, for a thread that ends allocates.
fn main() {
    let pool = |threads: usize| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let pools = [1, 2, 3].map(pool);
    // Nor are they measured while they begin.
    pools.iter().for_each(|pool| drop(pool.broadcast(|_| ())));
    for pool in &pools {
        let threads = pool.current_num_threads();
        assert_eq!(allocations::<Net>(pool), [0, 0, 0], "explicit, fused and inference on {threads} threads");
        assert_eq!(allocations::<Graph>(pool), [0, 0, 0], "parts and branches, on {threads} threads");
        assert_eq!(allocations::<Normalized>(pool), [0, 0, 0], "normalized by batches, on {threads} threads");
        assert_eq!(allocations::<Machines>(pool), [0, 0, 0], "machines as features, on {threads} threads");
        assert_eq!(pool.install(settled), 0, "layers that settle, on {threads} threads");
        assert_eq!(pool.install(free_sizes), [0, 0], "free sizes on {threads} threads");
        assert_eq!(allocations::<Windows>(pool), [0, 0, 0], "windows of all kinds, on {threads} threads");
        assert_eq!(pool.install(trainer_allocations), [0; 6], "the trainer on {threads} threads");
        assert_eq!(pool.install(several_outputs), (0, vec![0; 3]), "several outputs on {threads} threads");
        for noise in [false, true] {
            let what = format!("autoencoders with noise {noise} on {threads} threads");
            assert_eq!(pool.install(|| autoencoder(noise)), [0; 3], "{what}");
        }
        // Two epochs of ten steps, and of a hundred.
        let trainings = pool.install(|| [adversarial(320), adversarial(3200)]);
        assert_eq!(trainings[0], trainings[1], "adversarial training on {threads} threads");
        assert_eq!(pool.install(memory), [0, 0, 0], "networks with memory on {threads} threads");
        assert_eq!(pool.install(partial), [0, 0], "inputs alone and frozen layers, on {threads} threads");
        for samples in [1, 3, 40] {
            let what = format!("streams of {samples} samples on {threads} threads");
            assert_eq!(pool.install(|| streams(samples)), [0, 0, 0], "{what}");
        }
        assert_eq!(pool.install(sequences), (0, vec![0; 3]), "sequences of different lengths on {threads} threads");
    }
    println!("a step allocates nothing after the first: ok");
}
