//! Teaches a generator to draw points from eight bumps on a circle, against a discriminator that tells its points from real ones. A generator that has found
//! only some of the bumps still fools it there; the last line says how many it covers.
//!
//! `cargo run --release --example gan_ring -- --epochs 60 --svg ring.svg`

use std::path::PathBuf;

use clap::Parser;
use plumbline::{
    data::Ring,
    prelude::*,
    report::{Plot, Scatter},
    train::Adversarial,
};

network! {
    /// Noise to points in the plane.
    Generator: [2] -> [2] {
        first: dense(128), relu;
        second: dense(128), relu;
        point: dense(2);
    }

    /// The logit of the probability that a point is real.
    Discriminator: [2] -> [1] {
        first: dense(128), leaky_relu(0.2);
        second: dense(128), leaky_relu(0.2);
        logit: dense(1);
    }
}

/// A generative adversarial network on a ring of eight bumps.
#[derive(Parser)]
struct Options {
    /// Passes over the points.
    #[arg(long, default_value_t = 60)]
    epochs: usize,
    /// Points to generate for the training.
    #[arg(long, default_value_t = 20_000)]
    samples: usize,
    /// Steps of the discriminator for each step of the generator.
    #[arg(long, default_value_t = 1)]
    discriminator_steps: usize,
    /// The learning rate of both.
    #[arg(long, default_value_t = 1e-3)]
    rate: f64,
    /// The seed of the points, the weights and the noise.
    #[arg(long, default_value_t = 42)]
    seed: u64,
    /// A file for a drawing of real and generated points.
    #[arg(long)]
    svg: Option<PathBuf>,
}

/// Points that are generated to be looked at.
const SHOWN: usize = 2_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let options = Options::parse();
    let ring = Ring::new(8, 2.0, 0.1);
    let data = ring.sample(options.samples, options.seed);
    println!("{}\n{}", Generator::summary(), Discriminator::summary());
    let every = (options.epochs / 4).max(1);
    let mut gan = Adversarial::new(Generator::new(options.seed), Discriminator::new(options.seed ^ 1))
        .optimizers(Adam::new(options.rate).betas(0.5, 0.999), Adam::new(options.rate).betas(0.5, 0.999))
        .schedules(Cosine::new(options.epochs), Cosine::new(options.epochs))
        .discriminator_steps(options.discriminator_steps)
        .batch_size(256)
        .epochs(options.epochs)
        .seed(options.seed)
        .callback_samples(SHOWN)
        .callback(|event| {
            if event.epoch.number % every == 0 {
                let points = event.samples.to_batch();
                let coverage = ring.coverage(&points);
                println!("{}\n{}", event.epoch, draw(&points));
                println!("modes {}  good samples {:.3}\n", coverage.modes, coverage.good);
            }
        });
    let history = gan.fit(&data)?;
    let samples = gan.generator().forward(&gan.noise(SHOWN, options.seed ^ 2));
    let coverage = ring.coverage(&samples);
    if let Some(path) = options.svg {
        let points = |batch: &Batch<(Const<2>,)>| -> Vec<[f64; 2]> {
            batch.as_slice().chunks_exact(2).take(SHOWN).map(|x| [x[0].into(), x[1].into()]).collect()
        };
        let scatter = Scatter::new().points("real", points(&data)).points("generated", points(&samples));
        std::fs::write(&path, scatter.to_svg())?;
        println!("{} holds a drawing", path.display());
    }
    if let Some(last) = history.last() {
        println!("V {:.4}; −ln 4 = {:.4} where the discriminator cannot tell the two apart", last.value, -4_f64.ln());
    }
    println!("good samples, within 3σ of a bump: {:.1} %", 100.0 * coverage.good);
    println!("modes covered: {} of 8", coverage.modes);
    Ok(())
}

/// Points in the plane, as text.
fn draw(points: &Batch<(Const<2>,)>) -> Plot {
    let plot = Plot::new(-2.6..2.6, -2.6..2.6, 60, 26);
    points.as_slice().chunks_exact(2).take(500).fold(plot, |plot, x| plot.point([x[0].into(), x[1].into()], 0))
}
