//! Teaches a generator to draw digits of a class that it is told, against a discriminator that is told the same class.
//!
//! `cargo run --release --example gan_digits -- --epochs 20`

use clap::Parser;
use plumbline::{prelude::*, report::Picture, train::Adversarial};

network! {
    /// Noise and a class to an image.
    Generator: (noise: [32], class: [10]) -> [1, 28, 28] {
        both: concat <- (noise, class);
        first: dense(256);
        norm1: batch_norm, relu;
        second: dense(512);
        norm2: batch_norm, relu;
        pixels: dense(784), sigmoid;
        image: reshape([1, 28, 28]);
    }

    /// The logit of the probability that an image is real, given its class.
    Discriminator: (image: [1, 28, 28], class: [10]) -> [1] {
        pixels: flatten <- image;
        both: concat <- (pixels, class);
        first: dense(256), leaky_relu(0.2), dropout(0.3);
        second: dense(128), leaky_relu(0.2), dropout(0.3);
        logit: dense(1);
    }

    /// Tells whether a drawn digit can be read.
    Reader: [1, 28, 28] -> [10] {
        conv: conv2d(8, kernel = 5, stride = 2), relu;
        pool: max_pool2d(2), flatten;
        logits: dense(10);
    }
}

/// A conditional generative adversarial network on generated digits.
#[derive(Parser)]
struct Options {
    /// Passes over the digits.
    #[arg(long, default_value_t = 20)]
    epochs: usize,
    /// Digits to generate for the training.
    #[arg(long, default_value_t = 12_000)]
    samples: usize,
    /// The learning rate of both networks.
    #[arg(long, default_value_t = 3e-4)]
    rate: f64,
    /// The seed of the digits, the weights and the noise.
    #[arg(long, default_value_t = 42)]
    seed: u64,
}

/// Digits of each class that are shown and read at the end.
const EACH: usize = 100;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let options = Options::parse();
    let digits = data::digits(options.samples, options.seed);
    println!("{}\n{}", Generator::summary(), Discriminator::summary());
    let mut reader = Reader::new(options.seed);
    Trainer::new(Adam::new(2e-3), CrossEntropy::new()).epochs(3).batch_size(64).fit(&mut reader, &digits)?;

    let adam = || Adam::new(options.rate).betas(0.5, 0.999);
    let mut gan = Adversarial::new(Generator::new(options.seed), Discriminator::new(options.seed ^ 1))
        .optimizers(adam(), adam())
        .label_smoothing(0.1)
        .epochs(options.epochs)
        .seed(options.seed)
        .callback(|event| println!("{}", event.epoch));
    let data = (digits.inputs().clone(), digits.targets().one_hot::<f32>());
    gan.fit(&data)?;

    let classes = Labels::<10>::new((0..10 * EACH).map(|index| index % 10))?;
    let drawn = gan.generator().forward(&gan.noise(10 * EACH, options.seed ^ 2), &classes.one_hot())?;
    println!("{}", row(&data.0, 10).map(|picture| picture.to_string()).unwrap_or_default());
    println!("above: real digits; below: generated ones, 0 to 9");
    println!("{}", row(&drawn, 10).map(|picture| picture.to_string()).unwrap_or_default());
    let read = Accuracy.measure(&reader.forward(&drawn), &classes)?;
    println!(
        "a network that was trained on real digits reads {:.1} % of the generated ones as their class",
        100.0 * read
    );
    Ok(())
}

/// The first images side by side.
fn row(images: &Batch<(Const<1>, Const<28>, Const<28>)>, count: usize) -> Option<Picture> {
    let pictures = images.as_slice().chunks_exact(784).take(count).map(|image| Picture::new(28, image));
    pictures.reduce(Picture::beside)
}
