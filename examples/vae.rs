//! Learns a distribution over images of digits with a variational autoencoder, draws new ones from it, and walks through its code from one image to another.
//!
//! `cargo run --release --example vae -- --epochs 30`

mod console;
mod exit;
mod pictures;

use std::{num::NonZeroUsize, process::ExitCode};

use clap::Parser;
use plumbline::{data::Image, prelude::*, report::Picture};
use rand::{SeedableRng, rngs::StdRng};
use rand_distr::{Distribution, StandardNormal};

/// The numbers of a code.
const CODE: usize = 12;

network! {
    /// A code to an image, as logits of its pixels: the part that generates.
    Decoder: [CODE] -> [1, 28, 28] {
        first:  dense(128), relu;
        second: dense(256), relu;
        pixels: dense(784), reshape([1, 28, 28]);
    }

    /// An image to a normal distribution over codes, and a code that is drawn from it back to an image (Kingma and Welling, 2014).
    Vae: [1, 28, 28] -> (image: [1, 28, 28], divergence: [1], mean: [CODE]) {
        flatten;
        first:        dense(256), relu;
        second:       dense(128), relu;
        mean:         dense(CODE);
        log_variance: dense(CODE) <- second;
        divergence:   gaussian_kl <- (mean, log_variance);
        code:         sample <- (mean, log_variance);
        decoder:      Decoder;
        image:        identity;
    }
}

/// A variational autoencoder on generated digits.
#[derive(Parser)]
struct Options {
    /// Images to generate; a tenth is held out.
    #[arg(long, default_value_t = 10_000)]
    samples: usize,
    /// Passes over the training images.
    #[arg(long, default_value_t = 30)]
    epochs: usize,
    /// Images a step.
    #[arg(long, default_value = "64")]
    batch: NonZeroUsize,
    /// The seed of the images, the weights, the order and the draws.
    #[arg(long, default_value_t = 42)]
    seed: u64,
}

/// Images that are drawn side by side.
const SHOWN: usize = 6;

fn main() -> ExitCode {
    exit::code(program(&Options::parse()))
}

fn program(options: &Options) -> Result<(), Box<dyn std::error::Error>> {
    let (train, test) = data::digits(options.samples, options.seed).reconstructing().split(0.9)?;
    println!("{}", Vae::summary());

    let mut net = Vae::new(options.seed);
    // In nats an image: the first loss is a mean over pixels, of which there are 784. The mean of a code has no loss of its own.
    let losses = Losses::new((BinaryCrossEntropy::new(), AuxiliaryLoss, L2Penalty)).weights([784.0, 1.0, 0.0]);
    let mut trainer = Trainer::new(Adam::new(1e-3), losses)
        .epochs(options.epochs)
        .batch_size(options.batch.get())
        .seed(options.seed)
        .schedule(Cosine::new(options.epochs))
        .validate(&test)
        .callback(console::watch);
    trainer.fit(&mut net, &train)?;
    let evaluation = trainer.evaluate(&net, &test)?;

    let (logits, _, means) = net.forward(test.inputs());
    println!("\nheld-out images, and below them what the means of their codes bring back:");
    show(test.inputs());
    show(&logits.sigmoid());
    let mut rng = StdRng::seed_from_u64(options.seed);
    let noise = (0..SHOWN * CODE).map(|_| StandardNormal.sample(&mut rng)).collect();
    println!("images that nobody has drawn: codes from the standard normal distribution, decoded:");
    show(&net.decoder.forward(&Batch::from_vec(noise)?).sigmoid());
    if let (Some(from), Some(to)) = (means.sample(0), means.sample(1)) {
        println!("a walk through the code, from the first held-out image to the second:");
        show(&net.decoder.forward(&Batch::from_vec(walk(from, to))?).sigmoid());
    }
    let nats = |output: &str, factor: f64| evaluation.metric(output).map_or(f64::NAN, |loss| factor * loss);
    let (image, code) = (nats("loss of image", 784.0), nats("loss of divergence", 1.0));
    println!(
        "{} held-out images: {:.1} nats an image, {image:.1} for the image given its code and {code:.1} for the code",
        test.len(),
        image + code
    );
    Ok(())
}

/// Codes in equal steps from one to another.
fn walk(from: &[f32], to: &[f32]) -> Vec<f32> {
    let at = |step: usize| step as f32 / (SHOWN - 1) as f32;
    (0..SHOWN).flat_map(|step| from.iter().zip(to).map(move |(from, to)| from + at(step) * (to - from))).collect()
}

/// Draws the first images of a batch side by side.
fn show(images: &Batch<Image>) {
    pictures::show((0..SHOWN).filter_map(|index| images.sample(index)).map(|image| Picture::new(28, image)));
}
