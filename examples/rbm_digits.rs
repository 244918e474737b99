//! Shows a restricted Boltzmann machine on images: what its hidden units look for, what it imagines, and how likely it finds images that it has never
//! seen.
//!
//! `cargo run --release --example rbm_digits -- --data data/mnist --epochs 100 --temperatures 14500`
//!
//! Without `--data` the digits are generated. The likelihood is estimated from both sides: annealing forward errs towards too good, in reverse towards
//! too bad (Salakhutdinov and Murray, 2008; Burda, Grosse and Salakhutdinov, 2015).

mod binary;
mod epochs;
mod exit;
mod folder;
mod pictures;

use std::{num::NonZeroUsize, path::PathBuf, process::ExitCode};

use clap::{Parser, ValueEnum};
use plumbline::{
    energy::{Ais, ContrastiveDivergence},
    prelude::*,
    report::Picture,
    samplers::Ladder,
    train::Cosine,
};
use rand::{SeedableRng, rngs::StdRng};

use binary::{Pixels, binary};

network! {
    /// 784 binary pixels, 500 binary features.
    Machine: [784] -> [500] {
        rbm: rbm(500);
    }
}

/// A restricted Boltzmann machine on binary images of digits.
#[derive(Parser)]
struct Options {
    /// The folder of the MNIST files; without it, digits are generated.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Images to generate, or to take of the files; of generated ones a tenth is held out.
    #[arg(long)]
    samples: Option<usize>,
    /// Passes over the training images.
    #[arg(long, default_value_t = 30)]
    epochs: usize,
    /// Where the model's means come from.
    #[arg(long, value_enum, default_value_t = Chains::Persistent)]
    chains: Chains,
    /// Gibbs steps of the chains in each step of the training.
    #[arg(long, default_value_t = 1)]
    gibbs: usize,
    /// The learning rate of the first epoch; it falls to 0 along a cosine.
    #[arg(long, default_value_t = 0.1)]
    rate: f64,
    /// Images a step, and persistent chains.
    #[arg(long, default_value = "100")]
    batch: NonZeroUsize,
    /// λ of ½ λ Σ W² in the cost.
    #[arg(long, default_value_t = 0.0)]
    l2: f64,
    /// Inverse temperatures of the annealing; the runs are 100.
    #[arg(long, default_value_t = 1000)]
    temperatures: usize,
    /// Held-out images whose likelihood is estimated in reverse.
    #[arg(long, default_value_t = 100)]
    reverse: usize,
    /// The seed of the images, the weights and the chains.
    #[arg(long, default_value_t = 42)]
    seed: u64,
    /// Where to save the weights.
    #[arg(long)]
    save: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Chains {
    /// They start at the images of each step: contrastive divergence.
    Data,
    /// They go on from step to step.
    Persistent,
    /// They go on, with fast weights that drive them on.
    Fast,
    /// They go on at ten temperatures, and change places.
    Tempered,
}

fn main() -> ExitCode {
    exit::code(program(&Options::parse()))
}

fn program(options: &Options) -> Result<(), Box<dyn std::error::Error>> {
    let (train, test) = match folder::mnist(options.data.clone()) {
        Some(dir) => {
            let (train, test) = data::mnist(dir)?;
            (train.take(options.samples.unwrap_or(usize::MAX)), test)
        }
        None => data::digits(options.samples.unwrap_or(10_000), options.seed).split(0.9)?,
    };
    let mut rng = StdRng::seed_from_u64(options.seed);
    let (train, test) = (binary(&train, &mut rng)?, binary(&test, &mut rng)?);
    println!("{} images to learn from, {} held out; some of them:", train.samples(), test.samples());
    show(&train, 5);

    let mut machine = Machine::new(options.seed);
    machine.rbm.adopt_means(&train)?;
    let chains = options.batch.get();
    let training = ContrastiveDivergence::new(options.gibbs);
    let training = match options.chains {
        Chains::Data => training,
        Chains::Persistent => training.persistent(chains),
        Chains::Fast => training.fast_persistent(chains, options.rate / 2.0, 0.95),
        Chains::Tempered => training.tempered(chains.div_ceil(10), Ladder::linear(1.0, 0.5, 9)),
    };
    let report = training
        .rate(options.rate)
        .schedule(Cosine::new(options.epochs))
        .l2(options.l2)
        .epochs(options.epochs)
        .batch_size(chains)
        .seed(options.seed)
        .callback(epochs::watch)
        .fit_and_validate(&mut machine.rbm, &train, &test)?;
    let seconds: f64 = report.epochs.iter().map(|epoch| epoch.duration.as_secs_f64()).sum();
    println!("trained for {seconds:.0} s");
    if let Some(path) = &options.save {
        machine.save(path)?;
        println!("weights saved in {}", path.display());
    }

    println!("\nwhat some hidden units look for:");
    features(&machine);
    println!("what the machine imagines, after 1000 steps from noise:");
    show(&machine.rbm.generate(5, 1000, &mut rng)?, 5);
    estimate(&machine, &train, &test, options, &mut rng)
}

/// Prints the likelihood of held-out images, from both sides.
fn estimate(
    machine: &Machine,
    train: &Pixels,
    test: &Pixels,
    options: &Options,
    rng: &mut StdRng,
) -> Result<(), Box<dyn std::error::Error>> {
    let rbm = &machine.rbm;
    let steps = options.temperatures.max(20);
    let ladder = Ladder::linear(0.0, 0.5, steps / 20).then(0.9, steps / 4).then(1.0, steps - steps / 20 - steps / 4);
    let ais = Ais::default().chains(100).ladder(ladder).base_rates(rbm, train)?;
    let forward = rbm.log_partition_ais(&ais, rng)?;
    let [low, high] = forward.interval;
    println!("ln Z forward: {:.2}, three standard errors: {low:.2} to {high:.2}", forward.log_partition);
    let backward = rbm.log_partition_reverse(&ais, &rbm.generate(100, 1000, rng)?, rng)?;
    println!("ln Z in reverse: {:.2}", backward.log_partition);
    let likelihood = rbm.log_likelihood(test, forward.log_partition);
    println!(
        "held-out ln p(v), forward: {likelihood:.2} nats; training images: {:.2}",
        rbm.log_likelihood(train, forward.log_partition)
    );
    if options.reverse > 0 {
        let some = test.rows(0..options.reverse.min(test.samples()));
        let found = rbm.log_likelihood_reverse(&ais.chains(1), &some, rng)?;
        let same = rbm.log_likelihood(&some, forward.log_partition);
        println!(
            "the first {} of them, in reverse: {:.2} ± {:.2}; forward: {same:.2}",
            some.samples(),
            found.mean,
            found.standard_error
        );
    }
    println!("mean ln p(v) of held-out images, by annealing forward: {likelihood:.2} nats");
    Ok(())
}

/// Draws the first samples side by side.
fn show(images: &Pixels, count: usize) {
    pictures::show(images.as_slice().chunks_exact(784).take(count).map(|image| Picture::new(28, image)));
}

/// Draws the weights of some hidden units: bright where a pixel excites, by more than half as much as the strongest does.
fn features(machine: &Machine) {
    let weight = machine.rbm.weight();
    pictures::show(weight.outer_iter().step_by(100).map(|row| {
        let largest = row.iter().copied().fold(f32::MIN_POSITIVE, f32::max);
        Picture::new(28, &row.iter().map(|w| w / largest).collect::<Vec<_>>())
    }));
}
