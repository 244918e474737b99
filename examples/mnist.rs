//! Shows training on the MNIST files: a multilayer perceptron or LeNet-5, the same lines for both.
//!
//! `cargo run --release --example mnist -- --data data/mnist --model lenet --epochs 5`
//!
//! The folder holds the four original files, plain or gzip; `data::mnist` names them. Without `--data` it is the folder `mnist`
//! of the folder that `PLUMBLINE_DATA` names.

mod console;
mod exit;
mod folder;

use std::{num::NonZeroUsize, path::PathBuf, process::ExitCode};

use clap::{Parser, ValueEnum};
use plumbline::{
    data::{Digits, Image},
    network::output::Numbers,
    prelude::*,
    train::{Metric, OneCycle},
};

network! {
    /// 784-128-10.
    Mlp: [1, 28, 28] -> [10] {
        flatten;
        hidden: dense(128), relu;
        logits: dense(10);
    }

    /// LeNet-5 (LeCun et al., 1998) for 28×28 grey images.
    LeNet5: [1, 28, 28] -> [10] {
        conv1:  conv2d(6, kernel = 5, padding = 2), relu;
        pool1:  max_pool2d(2);
        conv2:  conv2d(16, kernel = 5), relu;
        pool2:  max_pool2d(2);
        flatten;
        fc1:    dense(120), relu;
        fc2:    dense(84), relu;
        logits: dense(10);
    }
}

/// A network on the MNIST files.
#[derive(Parser)]
struct Options {
    /// The folder of the four files.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Passes over the training images.
    #[arg(long, default_value_t = 5)]
    epochs: usize,
    /// The network.
    #[arg(long, value_enum, default_value_t = Model::Lenet)]
    model: Model,
    /// Images a step.
    #[arg(long, default_value = "64")]
    batch: NonZeroUsize,
    /// The seed of the weights and the order.
    #[arg(long, default_value_t = 42)]
    seed: u64,
    /// Learn from the first so many images only.
    #[arg(long)]
    samples: Option<usize>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Model {
    Mlp,
    Lenet,
}

fn main() -> ExitCode {
    exit::code(program(&Options::parse()))
}

fn program(options: &Options) -> Result<(), Box<dyn std::error::Error>> {
    let Some(dir) = folder::mnist(options.data.clone()) else {
        println!("no MNIST files: name their folder with `--data`; the example `digits` needs none");
        return Ok(());
    };
    let (train, test) = data::mnist(&dir)?;
    let train = train.take(options.samples.unwrap_or(train.len()));
    println!("{} images to learn from, {} held out", train.len(), test.len());
    match options.model {
        Model::Mlp => {
            println!("{}", Mlp::summary());
            run(Mlp::new(options.seed), options, &train, &test)
        }
        Model::Lenet => {
            println!("{}", LeNet5::summary());
            run(LeNet5::new(options.seed), options, &train, &test)
        }
    }
}

fn run<N>(mut net: N, options: &Options, train: &Digits, test: &Digits) -> Result<(), Box<dyn std::error::Error>>
where
    N: Trainable<Element = f32, Input = Image, Output = (Const<10>,), OutputKind = Numbers> + Total,
{
    let steps = options.epochs * train.len().div_ceil(options.batch.get());
    Trainer::new(Adam::new(3e-3), CrossEntropy::new())
        .schedule_steps(OneCycle::new(steps))
        .epochs(options.epochs)
        .batch_size(options.batch.get())
        .seed(options.seed)
        .validate(test)
        .metric(Accuracy)
        .callback(console::watch)
        .fit(&mut net, train)?;
    println!("test accuracy: {:.4}", Accuracy.measure(&net.forward(test.inputs()), test.targets())?);
    Ok(())
}
