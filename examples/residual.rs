//! Shows a small residual network (He et al., 2016): one block, generic over its dimensions, at three sizes in one network, with batch
//! normalization.
//!
//! `cargo run --release --example residual -- --data data/mnist --epochs 5`
//!
//! The folder holds MNIST's four files, plain or gzip. Without `--data` it is the folder `mnist` of the folder that `PLUMBLINE_DATA`
//! names; without that, the digits are generated.

mod console;
mod exit;
mod folder;

use std::{num::NonZeroUsize, path::PathBuf, process::ExitCode};

use clap::Parser;
use plumbline::{
    data::Digits,
    prelude::*,
    train::{Metric, OneCycle},
};

network! {
    /// Two convolutions around which the input goes on: what they learn is a difference.
    pub Residual<C, H, W>: [C, H, W] -> [C, H, W] {
        conv1: conv2d(C, kernel = 3, padding = same, bias = false);
        norm1: batch_norm, relu;
        conv2: conv2d(C, kernel = 3, padding = same, bias = false);
        norm2: batch_norm;
        sum:   add <- (norm2, input);
        relu;
    }

    /// Three blocks, between which the image halves and the channels double.
    pub ResNet: [1, 28, 28] -> [10] {
        stem:   conv2d(8, kernel = 3, padding = same, bias = false);
        norm0:  batch_norm, relu;
        block1: Residual<8, 28, 28>;
        down1:  conv2d(16, kernel = 3, stride = 2, padding = 1, bias = false) -> [16, 14, 14];
        norm1:  batch_norm, relu;
        block2: Residual<16, 14, 14>;
        down2:  conv2d(32, kernel = 3, stride = 2, padding = 1, bias = false) -> [32, 7, 7];
        norm2:  batch_norm, relu;
        block3: Residual<32, 7, 7>;
        global_avg_pool;
        logits: dense(10);
    }
}

/// A residual network on digits.
#[derive(Parser)]
struct Options {
    /// The folder of MNIST's four files.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Passes over the training images.
    #[arg(long, default_value_t = 5)]
    epochs: usize,
    /// Images a step.
    #[arg(long, default_value = "64")]
    batch: NonZeroUsize,
    /// The seed of the weights, the order and the generated images.
    #[arg(long, default_value_t = 42)]
    seed: u64,
    /// MNIST's first so many images to learn from, or so many to generate, of which a tenth is held out.
    #[arg(long)]
    samples: Option<usize>,
    /// Generate digits even where MNIST is.
    #[arg(long)]
    generated: bool,
}

fn main() -> ExitCode {
    exit::code(program(&Options::parse()))
}

fn program(options: &Options) -> Result<(), Box<dyn std::error::Error>> {
    let (train, test) = digits(options)?;
    println!("{}", ResNet::summary());
    println!("{} images to learn from, {} held out", train.len(), test.len());

    let mut net = ResNet::new(options.seed);
    let steps = options.epochs * train.len().div_ceil(options.batch.get());
    Trainer::new(Adam::new(1e-2), CrossEntropy::new())
        .schedule_steps(OneCycle::new(steps))
        .epochs(options.epochs)
        .batch_size(options.batch.get())
        .seed(options.seed)
        .validate(&test)
        .metric(Accuracy)
        .callback(console::watch)
        .fit(&mut net, &train)?;
    println!("test accuracy: {:.4}", Accuracy.measure(&net.forward(test.inputs()), test.targets())?);
    Ok(())
}

/// The images to learn from, and those held out.
fn digits(options: &Options) -> Result<(Digits, Digits), Box<dyn std::error::Error>> {
    match folder::mnist(options.data.clone()).filter(|_| !options.generated) {
        Some(dir) => {
            let (train, test) = data::mnist(dir)?;
            Ok((train.take(options.samples.unwrap_or(train.len())), test))
        }
        None => Ok(data::digits(options.samples.unwrap_or(12_000), options.seed).split(0.9)?),
    }
}
