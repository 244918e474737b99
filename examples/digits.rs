//! Shows the whole way on images, without a download: digits are generated, LeNet-5 is trained on them, and what it gets wrong
//! is drawn.
//!
//! `cargo run --release --example digits -- --epochs 5 --save lenet.safetensors`

mod console;
mod exit;
mod pictures;

use std::{num::NonZeroUsize, path::PathBuf, process::ExitCode};

use clap::Parser;
use plumbline::{prelude::*, report::Picture, train::Metric};

network! {
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

/// LeNet-5 on generated digits.
#[derive(Parser)]
struct Options {
    /// Images to generate; a tenth is held out.
    #[arg(long, default_value_t = 12_000)]
    samples: usize,
    /// Passes over the training images.
    #[arg(long, default_value_t = 5)]
    epochs: usize,
    /// Images a step.
    #[arg(long, default_value = "64")]
    batch: NonZeroUsize,
    /// The seed of the images, the weights and the order.
    #[arg(long, default_value_t = 42)]
    seed: u64,
    /// Where to save the weights.
    #[arg(long)]
    save: Option<PathBuf>,
}

fn main() -> ExitCode {
    exit::code(program(&Options::parse()))
}

fn program(options: &Options) -> Result<(), Box<dyn std::error::Error>> {
    let (train, test) = data::digits(options.samples, options.seed).split(0.9)?;
    println!("{}", LeNet5::summary());
    println!("{} images to learn from, {} held out; some of them:", train.len(), test.len());
    show(&train, &(0..train.len().min(5)).collect::<Vec<_>>());

    let mut net = LeNet5::new(options.seed);
    Trainer::new(Adam::new(1e-3), CrossEntropy::new())
        .epochs(options.epochs)
        .batch_size(options.batch.get())
        .seed(options.seed)
        .validate(&test)
        .metric(Accuracy)
        .callback(console::watch)
        .fit(&mut net, &train)?;
    if let Some(path) = &options.save {
        net.save(path)?;
        println!("weights saved in {}", path.display());
    }

    let logits = net.forward(test.inputs());
    println!("\n{}", ConfusionMatrix.tally(&logits, test.targets())?);
    let answers: Vec<usize> = logits.as_slice().chunks_exact(10).map(largest).collect();
    let wrong: Vec<usize> = (0..test.len()).filter(|&i| test.targets().get(i) != Some(answers[i])).take(5).collect();
    for &index in &wrong {
        println!("a {} taken for a {}", test.targets().get(index).unwrap_or_default(), answers[index]);
    }
    show(&test, &wrong);
    println!("test accuracy: {:.4}", Accuracy.measure(&logits, test.targets())?);
    Ok(())
}

/// Draws images side by side.
fn show(images: &data::Digits, indices: &[usize]) {
    let drawn = indices.iter().filter_map(|&index| images.inputs().sample(index)).map(|image| Picture::new(28, image));
    pictures::show(drawn);
}

/// The class of the largest logit.
fn largest(row: &[f32]) -> usize {
    (0..row.len()).max_by(|&a, &b| row[a].total_cmp(&row[b])).unwrap_or(0)
}
