//! One to many: from two numbers, a frequency and a phase, a network with memory draws a wave, step by step. It trains on some of all waves and is
//! shown here drawing others.
//!
//! `cargo run --release --example one_to_many -- --epochs 40`

mod console;
mod exit;

use std::process::ExitCode;

use clap::Parser;
use plumbline::{prelude::*, report::Plot};
use rand::{RngExt, SeedableRng, rngs::StdRng};

/// The steps of a wave.
const STEPS: usize = 40;

network! {
    /// The same two numbers at every step, and a memory of how far the wave has come.
    Wave: [2] -> [STEPS, 1] {
        again:  repeat(STEPS);
        memory: lstm(48);
        height: dense(1, each_step = true);
    }
}

/// Waves from two numbers.
#[derive(Parser)]
struct Options {
    /// Passes over the training waves.
    #[arg(long, default_value_t = 40)]
    epochs: usize,
    /// Waves to generate; a tenth is held out.
    #[arg(long, default_value_t = 2_000)]
    samples: usize,
    /// The seed of the waves, the weights and the order.
    #[arg(long, default_value_t = 42)]
    seed: u64,
}

fn main() -> ExitCode {
    exit::code(program(&Options::parse()))
}

fn program(options: &Options) -> Result<(), Box<dyn std::error::Error>> {
    println!("{}", Wave::summary());
    let (train, test) = waves(options.samples, options.seed)?.split(0.9)?;
    let mut net = Wave::new(options.seed);
    let mut trainer = Trainer::new(Adam::new(5e-3), MeanSquaredError)
        .epochs(options.epochs)
        .batch_size(32)
        .clip_norm(1.0)
        .validate(&test)
        .callback(console::watch)
        .seed(options.seed);
    trainer.fit(&mut net, &train)?;

    let drawn = net.forward(test.inputs());
    for index in 0..2 {
        let (Some(found), Some(right)) = (drawn.sample(index), test.targets().sample(index)) else { break };
        println!("\na wave that it has not seen (o), and what it draws (x)\n{}", draw(right, found));
    }
    println!("test error: {:.5}", trainer.evaluate(&net, &test)?.loss);
    Ok(())
}

/// sin(2π (f t + p)) over the steps, for frequencies f of one to three waves and any phase p.
fn waves(count: usize, seed: u64) -> Result<Dataset<WaveInput, Batch<WaveOutput>>, Box<dyn std::error::Error>> {
    let mut rng = StdRng::seed_from_u64(seed);
    let (mut numbers, mut heights) = (Vec::new(), Vec::new());
    for _ in 0..count {
        let (frequency, phase): (f32, f32) = (rng.random_range(1.0..3.0), rng.random());
        numbers.extend([frequency - 2.0, 2.0 * phase - 1.0]);
        heights
            .extend((0..STEPS).map(|t| (std::f32::consts::TAU * (frequency * t as f32 / STEPS as f32 + phase)).sin()));
    }
    Ok(Dataset::new(Batch::from_vec(numbers)?, Batch::from_vec(heights)?)?)
}

fn draw(right: &[f32], found: &[f32]) -> Plot {
    let plot = Plot::new(0.0..STEPS as f64, -1.2..1.2, 80, 16);
    let plot = right.iter().enumerate().fold(plot, |plot, (t, &y)| plot.point([t as f64, y.into()], 0));
    found.iter().enumerate().fold(plot, |plot, (t, &y)| plot.point([t as f64, y.into()], 1))
}
