//! A deep belief network: a stack of restricted Boltzmann machines, each trained on what the one before it sees in images without labels, then the whole as a
//! classifier with few labels; beside it the same network from random weights.
//!
//! `cargo run --release --example deep_belief`, or on MNIST with all labels
//! `cargo run --release --example deep_belief -- --data DIR --labelled 60000 --epochs 10`

use std::{path::PathBuf, time::Instant};

use clap::Parser;
use plumbline::{
    data::{Digits, Image},
    energy::ContrastiveDivergence,
    prelude::*,
    train::{Metric, Pretraining},
};

network! {
    /// 784-500-500-1000-10.
    Belief: [1, 28, 28] -> [10] {
        flatten;
        first: rbm(500, init = xavier_normal);
        second: rbm(500, init = xavier_normal);
        third: rbm(1000, init = xavier_normal);
        logits: dense(10);
    }
}

/// Pretraining by restricted Boltzmann machines beside random weights.
#[derive(Parser)]
struct Options {
    /// A folder with the four MNIST files, in place of generated digits.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Digits to generate, all of them for the pretraining.
    #[arg(long, default_value_t = 10_000)]
    samples: usize,
    /// Digits whose labels are known.
    #[arg(long, default_value_t = 500)]
    labelled: usize,
    /// Passes over all digits in the pretraining of each machine.
    #[arg(long, default_value_t = 5)]
    pretraining: usize,
    /// Passes over the digits with labels.
    #[arg(long, default_value_t = 20)]
    epochs: usize,
    /// The seed of the digits, the weights and the order.
    #[arg(long, default_value_t = 42)]
    seed: u64,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let options = Options::parse();
    let (all, test): (Digits, Digits) = match &options.data {
        Some(folder) => data::mnist(folder)?,
        None => (data::digits(options.samples, options.seed), data::digits(2_000, options.seed ^ 1)),
    };
    let labelled = all.take(options.labelled);
    println!("{}", Belief::summary());
    println!("{} digits, {} with labels, {} for the test", all.len(), labelled.len(), test.len());

    let random = Belief::new(options.seed);
    let mut pretrained = random.clone();
    pretrain(&mut pretrained, all.inputs(), &options)?;
    let mut errors = Vec::new();
    for (name, mut net) in [("random", random), ("pretrained", pretrained)] {
        let start = Instant::now();
        let steps = labelled.len().div_ceil(100) * options.epochs;
        Trainer::new(Adam::new(1e-3), CrossEntropy::new())
            .epochs(options.epochs)
            .batch_size(100)
            .seed(options.seed)
            .schedule_steps(Cosine::new(steps))
            .fit(&mut net, &labelled)?;
        let error = 100.0 * (1.0 - Accuracy.measure(&net.forward(test.inputs()), test.targets())?);
        println!(
            "{name} weights, {} epochs with labels: test error {error:.2} % ({:.0} s)",
            options.epochs,
            start.elapsed().as_secs_f64()
        );
        errors.push(error);
    }
    println!("test error from random weights {:.2} %, after pretraining {:.2} %", errors[0], errors[1]);
    Ok(())
}

fn pretrain(net: &mut Belief, images: &Batch<Image>, options: &Options) -> Result<(), Box<dyn std::error::Error>> {
    let start = Instant::now();
    let machine = || {
        ContrastiveDivergence::new(1).rate(0.05).momentum(0.5).l2(2e-4).epochs(options.pretraining).seed(options.seed)
    };
    Pretraining::<Belief>::new()
        .rbm(|net| &mut net.first, machine())
        .rbm(|net| &mut net.second, machine())
        .rbm(|net| &mut net.third, machine())
        .callback(|layer| println!("{layer}"))
        .fit(net, images)?;
    println!("pretraining took {:.0} s", start.elapsed().as_secs_f64());
    Ok(())
}
