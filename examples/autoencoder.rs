//! Squeezes images of digits through two numbers and back: a deep autoencoder whose decoder has the weights of its encoder, transposed. Shows
//! held-out images above what comes back, and where each digit lies in the plane of the code.
//!
//! `cargo run --release --example autoencoder -- --epochs 60 --svg codes.svg`

mod console;
mod exit;
mod pictures;

use std::{num::NonZeroUsize, path::PathBuf, process::ExitCode};

use clap::Parser;
use plumbline::{
    data::Image,
    prelude::*,
    report::{Picture, Scatter},
};

network! {
    /// An image to two numbers and back, as logits of its pixels. `tied` uses a layer's weight again, transposed: there is one of each.
    Autoencoder: [1, 28, 28] -> [1, 28, 28] {
        flatten;
        wide:    dense(256), relu;
        narrow:  dense(64), relu;
        code:    dense(2);
        widen:   dense(64, tied = code), relu;
        widest:  dense(256, tied = narrow), relu;
        pixels:  dense(784, tied = wide);
        image:   reshape([1, 28, 28]);
    }
}

/// A tied autoencoder on generated digits.
#[derive(Parser)]
struct Options {
    /// Images to generate; a tenth is held out.
    #[arg(long, default_value_t = 10_000)]
    samples: usize,
    /// Passes over the training images.
    #[arg(long, default_value_t = 60)]
    epochs: usize,
    /// Images a step.
    #[arg(long, default_value = "64")]
    batch: NonZeroUsize,
    /// The seed of the images, the weights and the order.
    #[arg(long, default_value_t = 42)]
    seed: u64,
    /// A file for a drawing of the codes of held-out images.
    #[arg(long)]
    svg: Option<PathBuf>,
}

/// Images that are drawn side by side.
const SHOWN: usize = 5;

fn main() -> ExitCode {
    exit::code(program(&Options::parse()))
}

fn program(options: &Options) -> Result<(), Box<dyn std::error::Error>> {
    let (train, test) = data::digits(options.samples, options.seed).split(0.9)?;
    let digits: Vec<usize> = test.targets().iter().collect();
    // The images are their own targets, without a copy.
    let (train, test) = (train.reconstructing(), test.reconstructing());
    println!("{}", Autoencoder::summary());

    let mut net = Autoencoder::new(options.seed);
    Trainer::new(Adam::new(1e-3), BinaryCrossEntropy::new())
        .epochs(options.epochs)
        .batch_size(options.batch.get())
        .seed(options.seed)
        .schedule(Cosine::new(options.epochs))
        .validate(&test)
        .callback(console::watch)
        .fit(&mut net, &train)?;

    // The encoder, and the decoder: up to the node `code`, and from it on.
    let codes = net.forward_to(test.inputs(), |nodes| nodes.code);
    let images = net.forward_after(&codes, |nodes| nodes.code)?.sigmoid();
    println!("\nheld-out images, and below them what two numbers bring back:");
    show(test.inputs());
    show(&images);
    if let Some(path) = &options.svg {
        let points = |digit: usize| {
            let own = codes.as_slice().chunks_exact(2).zip(&digits).filter(move |(_, label)| **label == digit);
            own.map(|(code, _)| [code[0].into(), code[1].into()]).collect::<Vec<[f64; 2]>>()
        };
        let scatter = (0..10).fold(Scatter::new(), |all, digit| all.points(digit.to_string(), points(digit)));
        std::fs::write(path, scatter.to_svg())?;
        println!("{} holds a drawing of the codes", path.display());
    }
    let error = MeanSquaredError.value(&images, test.inputs())?;
    let mean = mean_image(train.inputs()).repeat(test.len());
    let without = MeanSquaredError.value(&Batch::<Image>::from_vec(mean)?, test.inputs())?;
    println!(
        "mean squared error of a pixel of {} held-out images: {error:.4} from two numbers, {without:.4} from the mean image",
        test.len()
    );
    Ok(())
}

/// Draws the first images of a batch side by side.
fn show(images: &Batch<Image>) {
    pictures::show((0..SHOWN).filter_map(|index| images.sample(index)).map(|image| Picture::new(28, image)));
}

/// The mean of each pixel.
fn mean_image(images: &Batch<Image>) -> Vec<f32> {
    let mut mean = vec![0.0; Image::LEN];
    for image in images.as_slice().chunks_exact(Image::LEN) {
        mean.iter_mut().zip(image).for_each(|(mean, pixel)| *mean += pixel / images.samples() as f32);
    }
    mean
}
