//! One network for images of three sizes, and of a fourth that it has never seen. Digits are generated and scaled; batches have one
//! size at a time; an adaptive pool makes the sizes known before the dense layers.
//!
//! `cargo run --release --example any_size -- --epochs 4`

mod exit;

use std::{num::NonZeroUsize, process::ExitCode};

use clap::Parser;
use plumbline::{prelude::*, train::Metric};
use rand::{SeedableRng, rngs::StdRng, seq::SliceRandom};

network! {
    /// Convolutions over images of any size, and a classifier of what they find in nine regions.
    AnySize: [1, _, _] -> [10] {
        conv1:  conv2d(8, kernel = 5, padding = same), relu;
        pool1:  max_pool2d(2);
        conv2:  conv2d(16, kernel = 3, padding = same), relu;
        conv3:  conv2d(32, kernel = 3, padding = same), relu;
        adaptive_max_pool2d([3, 3]) -> [32, 3, 3];
        flatten;
        hidden: dense(64), relu;
        logits: dense(10);
    }
}

/// Height and width of the images that the network learns from.
const SIZES: [[usize; 2]; 3] = [[20, 20], [28, 28], [36, 30]];
/// Those of images that it sees only when it is tested.
const UNSEEN: [usize; 2] = [32, 24];

/// One network, images of any size.
#[derive(Parser)]
struct Options {
    /// Images of each size; a tenth is held out.
    #[arg(long, default_value_t = 4_000)]
    samples: usize,
    /// Passes over the training images.
    #[arg(long, default_value_t = 4)]
    epochs: usize,
    /// Images a step, all of one size.
    #[arg(long, default_value = "64")]
    batch: NonZeroUsize,
    /// The seed of the images, the weights and the order.
    #[arg(long, default_value_t = 42)]
    seed: u64,
}

type Images = Dataset<AnySizeInput, Labels<10>>;

fn main() -> ExitCode {
    exit::code(program(&Options::parse()))
}

fn program(options: &Options) -> Result<(), Box<dyn std::error::Error>> {
    println!("{}", AnySize::summary());
    let mut sets = Vec::new();
    for (index, size) in SIZES.into_iter().enumerate() {
        sets.push(images(options.samples, options.seed + index as u64, size)?.split(0.9)?);
    }
    let unseen = images(options.samples / 10, options.seed + SIZES.len() as u64, UNSEEN)?;

    let (mut net, loss, mut adam) = (AnySize::new(options.seed), CrossEntropy::new(), Adam::new(2e-3));
    let (mut pass, mut gradients) = (net.pass(options.batch.get()), net.gradients());
    let mut rng = StdRng::seed_from_u64(options.seed);
    for epoch in 1..=options.epochs {
        let (mut sum, mut steps) = (0.0, 0);
        for (set, indices) in batches(&sets, options.batch.get(), &mut rng) {
            let batch = sets[set].0.select(&indices)?;
            sum += loss.step(&net, batch.inputs(), batch.targets(), &mut pass, &mut gradients)?;
            adam.step(&mut net, &gradients)?;
            steps += 1;
        }
        let mean = sum / steps as f32;
        let tests: Vec<String> = sets.iter().map(|(_, test)| accuracy(&net, test)).collect::<Result<_, _>>()?;
        println!("epoch {epoch}: loss {mean:.4}, test accuracy {}", tests.join(", "));
    }
    // What no layer can take is an error, never a panic.
    let thin = Batch::<AnySizeInput>::zeros_of(1, &[1, 28, 1])?;
    if let Err(error) = net.forward(&thin) {
        println!("a strip: {error}");
    }
    println!("a size it has not seen: {}", accuracy(&net, &unseen)?);
    Ok(())
}

/// The batches of an epoch: each of one set, with the indices of its samples, in random order.
fn batches(sets: &[(Images, Images)], batch: usize, rng: &mut StdRng) -> Vec<(usize, Vec<usize>)> {
    let mut all = Vec::new();
    for (set, (train, _)) in sets.iter().enumerate() {
        let mut order: Vec<usize> = (0..train.len()).collect();
        order.shuffle(rng);
        all.extend(order.chunks(batch).map(|indices| (set, indices.to_vec())));
    }
    all.shuffle(rng);
    all
}

/// The share of a set that the network gets right, with the set's size.
fn accuracy(net: &AnySize, set: &Images) -> Result<String, Box<dyn std::error::Error>> {
    let accuracy = Accuracy.measure(&net.forward(set.inputs())?, set.targets())?;
    let sizes = set.inputs().sizes();
    Ok(format!("{accuracy:.4} ({} × {})", sizes[1], sizes[2]))
}

/// Digits of the given height and width.
fn images(samples: usize, seed: u64, size: [usize; 2]) -> Result<Images, Box<dyn std::error::Error>> {
    let digits = data::digits(samples, seed);
    let pixels = (0..digits.len()).filter_map(|index| digits.inputs().sample(index));
    let pixels = pixels.flat_map(|image| scaled(image, [28, 28], size)).collect();
    let inputs = Batch::from_vec_of(pixels, &[1, size[0], size[1]])?;
    Ok(Dataset::new(inputs, digits.targets().clone())?)
}

/// An image at another size: each pixel is a mean of its four nearest in the original, weighted by how near they are.
fn scaled(image: &[f32], from: [usize; 2], to: [usize; 2]) -> Vec<f32> {
    let place = |axis: usize, index: usize| {
        let at = ((index as f32 + 0.5) * from[axis] as f32 / to[axis] as f32 - 0.5).max(0.0);
        let before = (at as usize).min(from[axis] - 1);
        (before, (before + 1).min(from[axis] - 1), at - before as f32)
    };
    let mut pixels = Vec::with_capacity(to[0] * to[1]);
    for row in 0..to[0] {
        let (above, below, down) = place(0, row);
        for column in 0..to[1] {
            let (left, right, across) = place(1, column);
            let at = |row: usize, column: usize| image[row * from[1] + column];
            let top = at(above, left) * (1.0 - across) + at(above, right) * across;
            let bottom = at(below, left) * (1.0 - across) + at(below, right) * across;
            pixels.push(top * (1.0 - down) + bottom * down);
        }
    }
    pixels
}
