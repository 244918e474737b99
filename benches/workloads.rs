//! The workloads that other libraries are measured on: a training step and inference on one resident batch.
//!
//! `cargo bench --bench workloads -- --threads 2 --only lenet,mlp_small --budget 0.5` prints a row a workload and, where
//! `BENCH_RAW` names a file, appends it there as JSON with the fields peer, workload, kind, batch, threads, samples_s,
//! median_ms, p10_ms, p90_ms, n. A training step is forward, loss, backward and the optimizer's step. 10 warm-ups, then at
//! least 30 calls; the median. `PLUMBLINE_ISA` names an instruction set other than the widest: `CONTRIBUTING.md` lists them.

use std::{
    hint::black_box,
    io::Write,
    time::{Duration, Instant},
};

use plumbline::{
    data::Target,
    energy::{ContrastiveDivergence, Rbm},
    layers::Init,
    prelude::*,
    samplers::Draws,
    train::{Loss, loss::ObjectiveOf},
};
use rand::{SeedableRng, rngs::StdRng};

network! {
    MlpSmall: [784] -> [10] {
        hidden: dense(128), relu;
        logits: dense(10);
    }

    MlpLarge: [784] -> [10] {
        first: dense(1024), relu;
        second: dense(1024), relu;
        logits: dense(10);
    }

    LeNet: [1, 28, 28] -> [10] {
        conv1: conv2d(6, kernel = 5, padding = 2), relu;
        pool1: max_pool2d(2);
        conv2: conv2d(16, kernel = 5), relu;
        pool2: max_pool2d(2);
        flatten;
        fc1: dense(120), relu;
        fc2: dense(84), relu;
        logits: dense(10);
    }

    Cnn: [3, 32, 32] -> [10] {
        conv1: conv2d(32, kernel = 3, padding = 1), relu;
        conv2: conv2d(32, kernel = 3, padding = 1), relu;
        pool1: max_pool2d(2);
        conv3: conv2d(64, kernel = 3, padding = 1), relu;
        conv4: conv2d(64, kernel = 3, padding = 1), relu;
        pool2: max_pool2d(2);
        flatten;
        fc1: dense(256), relu;
        logits: dense(10);
    }

    Autoencoder: [784] -> [784] {
        encoder1: dense(256), sigmoid;
        encoder2: dense(64), sigmoid;
        decoder1: dense(256), sigmoid;
        decoder2: dense(784), sigmoid;
    }

    Lstm: [50, 64] -> [10] {
        memory: lstm(128);
        last;
        logits: dense(10);
    }

    LstmLarge: [32, 128] -> [10] {
        memory: lstm(512);
        last;
        logits: dense(10);
    }

    Rnn: [100, 32] -> [10] {
        memory: rnn(64);
        last;
        logits: dense(10);
    }

    LstmStep: [1, 64] -> [1, 128] {
        memory: lstm(128);
    }

    TinyMlp: [16] -> [4] {
        first: dense(32), tanh;
        second: dense(32), tanh;
        last: dense(4);
    }
}

struct Arguments {
    threads: usize,
    only: Vec<String>,
    budget: f64,
}

impl Arguments {
    fn parse() -> Self {
        let mut arguments = Arguments { threads: 1, only: Vec::new(), budget: 1.5 };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            let mut value = || words.next().unwrap_or_else(|| usage(&word));
            match word.as_str() {
                "--threads" => arguments.threads = value().parse().unwrap_or_else(|_| usage(&word)),
                "--budget" => arguments.budget = value().parse().unwrap_or_else(|_| usage(&word)),
                "--only" => arguments.only = value().split(',').map(str::to_owned).collect(),
                // Cargo's own.
                "--bench" => {}
                _ => usage(&word),
            }
        }
        arguments
    }

    fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == name)
    }
}

fn usage(word: &str) -> ! {
    eprintln!("cannot read `{word}`; usage: workloads [--threads N] [--only a,b] [--budget SECONDS]");
    std::process::exit(2)
}

fn measure(arguments: &Arguments, (name, kind, batch): (&str, &str, usize), inner: usize, mut call: impl FnMut()) {
    for _ in 0..10 * inner {
        call();
    }
    let end = Instant::now() + Duration::from_secs_f64(arguments.budget);
    let mut times = Vec::new();
    while times.len() < 30 || (Instant::now() < end && times.len() < 3000) {
        let start = Instant::now();
        for _ in 0..inner {
            call();
        }
        times.push(start.elapsed().as_secs_f64() * 1e3 / inner as f64);
    }
    times.sort_by(f64::total_cmp);
    let n = times.len();
    let median = (times[(n - 1) / 2] + times[n / 2]) / 2.0;
    let (p10, p90) = (times[n / 10], times[n * 9 / 10]);
    let (samples, threads) = (batch as f64 / (median / 1e3), arguments.threads);
    println!(
        "plumbline {name:12} {kind:6} b{batch:<4} t{threads} median {median:9.4} ms (p10 {p10:.4}) {samples:12.0} /s  n={n}"
    );
    if let Ok(path) = std::env::var("BENCH_RAW") {
        let row = format!(
            r#"{{"peer": "plumbline", "workload": "{name}", "kind": "{kind}", "batch": {batch}, "threads": {threads}, "samples_s": {samples}, "median_ms": {median}, "p10_ms": {p10}, "p90_ms": {p90}, "n": {n}}}"#
        );
        let file = std::fs::OpenOptions::new().create(true).append(true).open(&path);
        if let Err(error) = file.and_then(|mut file| writeln!(file, "{row}")) {
            eprintln!("cannot append to `{path}`: {error}");
            std::process::exit(1);
        }
    }
}

/// Numbers in [0, 1) from a fixed seed.
fn uniform<S: FixedShape>(samples: usize) -> Batch<S> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let numbers = (0..samples * S::LEN).map(|_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1u64 << 24) as f32
    });
    Batch::from_vec(numbers.collect()).expect("whole samples")
}

fn train<N, L, T, O>(
    arguments: &Arguments,
    name: &str,
    mut net: N,
    mut optimizer: O,
    loss: L,
    x: &Batch<N::Input>,
    t: &T,
) where
    N: Trainable<Element = f32, Input: FixedShape, Output: FixedShape>,
    L: Loss<N::Output, T, f32> + ObjectiveOf<N::Output, T, f32, N>,
    T: Target,
    O: Optimizer<f32>,
{
    let (mut pass, mut gradients) = (net.pass(x.samples()), net.gradients());
    measure(arguments, (name, "train", x.samples()), 1, || {
        let value = loss.step(&net, x, t, &mut pass, &mut gradients).expect("the batch and its targets agree");
        optimizer.step(&mut net, &gradients).expect("the optimizer knows the network");
        net.update_buffers(&mut pass).expect("the step has measured them");
        black_box(value);
    });
}

fn infer<N>(arguments: &Arguments, name: &str, net: &N, x: &Batch<N::Input>, inner: usize)
where
    N: Network<Element = f32, Input: FixedShape, Output: FixedShape> + Total,
{
    let mut pass = net.pass(x.samples());
    measure(arguments, (name, "infer", x.samples()), inner, || {
        black_box(net.forward_into(black_box(x), &mut pass));
    });
}

/// One step of a stream, from the state that the step before left.
fn step<N>(arguments: &Arguments, name: &str, net: &N, x: &Batch<N::Input>)
where
    N: Network<Element = f32, Input: FixedShape, Output: FixedShape> + Total,
{
    let (mut pass, mut state) = (net.pass(1), net.state(1));
    measure(arguments, (name, "infer", 1), 10, || {
        black_box(net.forward_from(black_box(x), &mut state, &mut pass).expect("a state of one sample"));
    });
}

/// CD-1. Random numbers take what drawing the units of a step takes more than their means.
fn boltzmann(arguments: &Arguments) {
    let mut rbm: Rbm<Const<784>, Const<500>> = Rbm::new(Init::Normal(0.01), &mut StdRng::seed_from_u64(1));
    let mut v = uniform(100);
    v.as_mut_slice().iter_mut().for_each(|x| *x = x.round());
    let mut learner = ContrastiveDivergence::new(1).rate(0.1).start(&rbm, &v).expect("a batch of zeros and ones");
    measure(arguments, ("rbm", "train", 100), 1, || {
        learner.step(&mut rbm, &v).expect("the batch is that of the start")
    });
    // As many units as a step draws, behind hardly any product.
    let units: Rbm<Const<1>, Const<{ 784 + 500 }>> = Rbm::new(Init::Normal(1.0), &mut StdRng::seed_from_u64(1));
    let (v, mut h) = (uniform(100), Batch::zeros(100));
    measure(arguments, ("rbm_means", "infer", 100), 1, || units.hidden_means_into(black_box(&v), &mut h));
    let mut seed = 0;
    measure(arguments, ("rbm_draws", "infer", 100), 1, || {
        seed += 1;
        units.draw_hidden_into(black_box(&v), &mut h, Draws::new(seed, 0));
    });
}

fn classify<N, O>(arguments: &Arguments, name: &str, new: fn(u64) -> N, optimizer: impl Fn() -> O, batches: &[usize])
where
    N: Trainable<Element = f32, Input: FixedShape, Output = (Const<10>,)> + Total,
    O: Optimizer<f32>,
    CrossEntropy: ObjectiveOf<N::Output, Labels<10>, f32, N>,
{
    if !arguments.wants(name) {
        return;
    }
    for &batch in batches {
        let x = uniform(batch);
        let labels = Labels::<10>::new((0..batch).map(|i| i * 7 % 10)).expect("labels below ten");
        train(arguments, name, new(1), optimizer(), CrossEntropy::new(), &x, &labels);
        infer(arguments, name, &new(1), &x, 1);
    }
}

fn main() {
    let arguments = Arguments::parse();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(arguments.threads).build().expect("threads");
    pool.install(|| {
        classify(&arguments, "mlp_small", MlpSmall::new, || Sgd::new(0.01), &[32, 128]);
        classify(&arguments, "mlp_large", MlpLarge::new, || Adam::new(1e-3), &[128]);
        classify(&arguments, "lenet", LeNet::new, || Sgd::new(0.01).momentum(0.9), &[32, 128]);
        classify(&arguments, "cnn", Cnn::new, || Adam::new(1e-3), &[64]);
        classify(&arguments, "lstm", Lstm::new, || Adam::new(1e-3), &[32]);
        classify(&arguments, "lstm_large", LstmLarge::new, || Adam::new(1e-3), &[32]);
        classify(&arguments, "rnn", Rnn::new, || Adam::new(1e-3), &[32]);
        if arguments.wants("autoencoder") {
            let x = uniform(128);
            let net = Autoencoder::new(1);
            train(&arguments, "autoencoder", net, Adam::new(1e-3), MeanSquaredError, &x, &x);
            infer(&arguments, "autoencoder", &Autoencoder::new(1), &x, 1);
        }
        if arguments.wants("rbm") {
            boltzmann(&arguments);
        }
        if arguments.wants("tiny_latency") || arguments.wants("tiny_mlp") {
            infer(&arguments, "tiny_mlp", &TinyMlp::new(1), &uniform(1), 10);
        }
        if arguments.wants("tiny_latency") || arguments.wants("tiny_lenet") {
            infer(&arguments, "tiny_lenet", &LeNet::new(1), &uniform(1), 10);
        }
        if arguments.wants("tiny_latency") || arguments.wants("tiny_lstmstep") {
            step(&arguments, "tiny_lstmstep", &LstmStep::new(1), &uniform(1));
        }
    });
}
