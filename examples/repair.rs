//! Shows a restricted Boltzmann machine complete images of which it sees one half.
//!
//! `cargo run --release --example repair -- --hidden right --data data/mnist`
//!
//! The seen pixels are clamped, and the others drawn from the model given them, by Gibbs steps. Without `--data` the digits are generated.

mod binary;
mod epochs;
mod exit;
mod folder;
mod pictures;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, ValueEnum};
use plumbline::{energy::ContrastiveDivergence, prelude::*, report::Picture, train::Cosine};
use rand::{SeedableRng, rngs::StdRng};

use binary::{Pixels, binary};

network! {
    /// 784 binary pixels, 300 binary features.
    Memory: [784] -> [300] {
        rbm: rbm(300);
    }
}

/// Images repaired from a half.
#[derive(Parser)]
struct Options {
    /// The folder of the MNIST files; without it, digits are generated.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Images to learn from, at most.
    #[arg(long, default_value_t = 20_000)]
    samples: usize,
    /// Passes over them.
    #[arg(long, default_value_t = 30)]
    epochs: usize,
    /// The half that is not seen.
    #[arg(long, value_enum, default_value_t = Half::Lower)]
    hidden: Half,
    /// Gibbs steps of a repair.
    #[arg(long, default_value_t = 500)]
    steps: usize,
    /// Repairs of each image, of which the mean is taken.
    #[arg(long, default_value_t = 10)]
    repairs: usize,
    /// The seed of the images, the weights and the chains.
    #[arg(long, default_value_t = 42)]
    seed: u64,
}

#[derive(Clone, Copy, ValueEnum)]
enum Half {
    Upper,
    Lower,
    Left,
    Right,
}

impl Half {
    fn has(self, pixel: usize) -> bool {
        let (row, column) = (pixel / 28, pixel % 28);
        match self {
            Half::Upper => row < 14,
            Half::Lower => row >= 14,
            Half::Left => column < 14,
            Half::Right => column >= 14,
        }
    }
}

fn main() -> ExitCode {
    exit::code(program(&Options::parse()))
}

fn program(options: &Options) -> Result<(), Box<dyn std::error::Error>> {
    let (train, test) = match folder::mnist(options.data.clone()) {
        Some(dir) => data::mnist(dir)?,
        None => data::digits(options.samples + 500, options.seed)
            .split(options.samples as f64 / (options.samples as f64 + 500.0))?,
    };
    let mut rng = StdRng::seed_from_u64(options.seed);
    let (train, test) = (binary(&train.take(options.samples), &mut rng)?, binary(&test.take(200), &mut rng)?);
    println!("{} images to learn from, {} to repair", train.samples(), test.samples());

    let mut memory = Memory::new(options.seed);
    memory.rbm.adopt_means(&train)?;
    ContrastiveDivergence::new(1)
        .persistent(100)
        .rate(0.1)
        .schedule(Cosine::new(options.epochs))
        .epochs(options.epochs)
        .seed(options.seed)
        .callback(epochs::watch)
        .fit(&mut memory.rbm, &train)?;

    let known: Vec<bool> = (0..784).map(|pixel| !options.hidden.has(pixel)).collect();
    let mut seen = test.clone();
    for image in seen.as_mut_slice().chunks_exact_mut(784) {
        image.iter_mut().zip(&known).filter(|(_, known)| !**known).for_each(|(pixel, _)| *pixel = 0.0);
    }
    let mut repaired = Pixels::zeros(test.samples());
    for _ in 0..options.repairs {
        let completed = memory.rbm.complete(&seen, &known, options.steps, &mut rng)?;
        let share = 1.0 / options.repairs as f32;
        repaired.as_mut_slice().iter_mut().zip(completed.as_slice()).for_each(|(sum, &p)| *sum += share * p);
    }

    println!("\nwhat is seen, the repair, the image:");
    for images in [&seen, &repaired, &test] {
        show(images);
    }
    let mut mean = Pixels::zeros(test.samples());
    let average = average(&train);
    mean.as_mut_slice().chunks_exact_mut(784).for_each(|image| image.copy_from_slice(&average));
    println!("mean squared error of the pixels that were not seen, of {} images; a pixel is 0 or 1:", test.samples());
    let mut grey = Pixels::zeros(test.samples());
    grey.as_mut_slice().fill(0.5);
    let [of_repairs, of_mean, of_grey] = [&repaired, &mean, &grey].map(|guess| error(guess, &test, &known));
    for (name, error) in [("repaired", of_repairs), ("mean image", of_mean), ("always ½", of_grey)] {
        println!("  {name:10}  {error:.4}");
    }
    println!(
        "0 is each pixel right for sure, and 1 each wrong for sure. Of the mean image's error the repair leaves {:.0} %.",
        100.0 * of_repairs / of_mean
    );
    Ok(())
}

fn average(images: &Pixels) -> Vec<f32> {
    let mut sums = vec![0.0; 784];
    for image in images.as_slice().chunks_exact(784) {
        sums.iter_mut().zip(image).for_each(|(sum, pixel)| *sum += pixel);
    }
    sums.iter().map(|sum| sum / images.samples() as f32).collect()
}

/// The mean squared difference of guess and image over the unknown pixels.
fn error(guess: &Pixels, images: &Pixels, known: &[bool]) -> f64 {
    let pixels = guess.as_slice().iter().zip(images.as_slice()).zip(known.iter().cycle());
    let squares = pixels.filter(|(_, known)| !**known).map(|((guess, image), _)| f64::from(guess - image).powi(2));
    let (sum, count) = squares.fold((0.0, 0.0), |(sum, count), square| (sum + square, count + 1.0));
    sum / count
}

/// Draws the first images side by side.
fn show(images: &Pixels) {
    pictures::show(images.as_slice().chunks_exact(784).take(5).map(|image| Picture::new(28, image)));
}
