//! Teaches autoencoders to undo noise: each gets images with noise of its own kind and is compared with the images without. One that has never seen
//! noise stands beside them.
//!
//! `cargo run --release --example denoise -- --epochs 10`

mod exit;
mod pictures;

use std::{num::NonZeroUsize, process::ExitCode};

use clap::Parser;
use plumbline::{
    data::{DataOf, Image},
    prelude::*,
    report::Picture,
    train::TrainError,
};

network! {
    /// An image to 128 numbers and back, as logits of its pixels.
    Plain: [1, 28, 28] -> [1, 28, 28] {
        flatten;
        encoder: dense(256), relu;
        code:    dense(128), relu;
        decoder: dense(256), relu;
        pixels:  dense(784), reshape([1, 28, 28]);
    }

    // The same behind a layer that corrupts, in training alone: what is learned is to undo it.
    Masked:  [1, 28, 28] -> [1, 28, 28] { noise: masking_noise(0.5); inner: Plain; }
    Salted:  [1, 28, 28] -> [1, 28, 28] { noise: salt_and_pepper(0.25); inner: Plain; }
    Blurred: [1, 28, 28] -> [1, 28, 28] { noise: gaussian_noise(0.4); inner: Plain; }

    // The corruptions alone.
    Masking: [1, 28, 28] -> [1, 28, 28] { masking_noise(0.5); }
    Salting: [1, 28, 28] -> [1, 28, 28] { salt_and_pepper(0.25); }
    Adding:  [1, 28, 28] -> [1, 28, 28] { gaussian_noise(0.4); }
}

/// Denoising autoencoders on generated digits.
#[derive(Parser)]
struct Options {
    /// Images to generate; a tenth is held out.
    #[arg(long, default_value_t = 6_000)]
    samples: usize,
    /// Passes over the training images, of each autoencoder.
    #[arg(long, default_value_t = 10)]
    epochs: usize,
    /// Images a step.
    #[arg(long, default_value = "64")]
    batch: NonZeroUsize,
    /// The seed of the images, the weights, the order and the noise.
    #[arg(long, default_value_t = 42)]
    seed: u64,
}

type Images = DataOf<Plain, Batch<Image>>;

/// Images that are drawn side by side.
const SHOWN: usize = 5;

fn main() -> ExitCode {
    exit::code(program(&Options::parse()))
}

fn program(options: &Options) -> Result<(), Box<dyn std::error::Error>> {
    // The targets are the images as they are, the noise is the networks'.
    let (train, test) = data::digits(options.samples, options.seed).reconstructing().split(0.9)?;
    println!("{}", Masked::summary());
    let plain = trained::<Plain>(options, &train)?;
    let masked = trained::<Masked>(options, &train)?.inner;
    let salted = trained::<Salted>(options, &train)?.inner;
    let blurred = trained::<Blurred>(options, &train)?.inner;

    let (seed, clean) = (options.seed, test.inputs());
    let half = compare("half of the pixels 0", &corrupted::<Masking>(clean, seed), clean, &plain, &masked)?;
    let salt = compare("a quarter of the pixels 0 or 1", &corrupted::<Salting>(clean, seed), clean, &plain, &salted)?;
    let added = compare("normal noise of 0.4", &corrupted::<Adding>(clean, seed), clean, &plain, &blurred)?;
    let share = |[_, plain, denoising]: [f32; 3]| 100.0 * denoising / plain;
    println!(
        "of the error that the plain autoencoder leaves, the denoising ones leave {:.0} % (masking), {:.0} % (salt and pepper) and {:.0} % \
         (normal noise) on {} held-out images",
        share(half),
        share(salt),
        share(added),
        test.len()
    );
    Ok(())
}

/// An autoencoder that has learned to bring the images back, with the noise that it holds.
fn trained<N>(options: &Options, train: &Images) -> Result<N, TrainError>
where
    N: Trainable<Element = f32, Input = Image, Output = Image>,
{
    let mut net = N::initialized(options.seed);
    let mut trainer = Trainer::new(Adam::new(1e-3), BinaryCrossEntropy::new().on_any_output())
        .epochs(options.epochs)
        .batch_size(options.batch.get())
        .seed(options.seed);
    let history = trainer.fit(&mut net, train)?;
    let last = history.last().map_or(f64::NAN, |epoch| epoch.training.loss);
    println!("{:8} loss {last:.4} after {} epochs", N::NAME, options.epochs);
    Ok(net)
}

/// The images with noise: a forward pass for training of a network that does nothing else.
fn corrupted<N: Trainable<Element = f32, Input = Image, Output = Image> + Total>(
    images: &Batch<Image>,
    seed: u64,
) -> Batch<Image> {
    let (net, mut pass) = (N::initialized(seed), N::initialized(seed).pass(images.samples()));
    pass.set_seed(seed);
    net.forward_train(images, &mut pass).to_batch()
}

/// Draws the images before and after, and gives the mean squared errors of a pixel: of the noise, and of what each autoencoder makes of it.
fn compare(
    what: &str,
    noisy: &Batch<Image>,
    clean: &Batch<Image>,
    plain: &Plain,
    denoising: &Plain,
) -> Result<[f32; 3], Box<dyn std::error::Error>> {
    let (by_plain, by_denoising) = (plain.forward(noisy).sigmoid(), denoising.forward(noisy).sigmoid());
    println!("\n{what}: the images, with noise, by the plain autoencoder, by the denoising one");
    for images in [clean, noisy, &by_plain, &by_denoising] {
        pictures::show((0..SHOWN).filter_map(|index| images.sample(index)).map(|image| Picture::new(28, image)));
    }
    let error = |images: &Batch<Image>| MeanSquaredError.value(images, clean);
    let errors = [error(noisy)?, error(&by_plain)?, error(&by_denoising)?];
    let [before, plain, denoising] = errors;
    println!(
        "mean squared error of a pixel: {before:.4} before, {plain:.4} by the plain one, {denoising:.4} by the denoising one"
    );
    Ok(errors)
}
