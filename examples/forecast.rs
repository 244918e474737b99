//! Many to one: the next value of a series from those before it, beside what a person would say who only sees the last one. The series are generated:
//! a season, a second one inside of it, a trend that turns, and noise.
//!
//! `cargo run --release --example forecast -- --epochs 12`

mod console;
mod exit;

use std::process::ExitCode;

use clap::Parser;
use plumbline::{prelude::*, report::Plot};
use rand::{RngExt, SeedableRng, rngs::StdRng};

/// The values that a forecast is made from.
const WINDOW: usize = 48;
/// How many steps ahead it looks.
const AHEAD: usize = 6;

network! {
    /// Reads a window, then says what comes.
    Forecast: [WINDOW, 1] -> [1] {
        memory: gru(32);
        last;
        value:  dense(1);
    }
}

/// Forecasts of generated series.
#[derive(Parser)]
struct Options {
    /// Passes over the training windows.
    #[arg(long, default_value_t = 12)]
    epochs: usize,
    /// Windows to generate; a fifth, of series of their own, is held out.
    #[arg(long, default_value_t = 6_000)]
    samples: usize,
    /// The seed of the series, the weights and the order.
    #[arg(long, default_value_t = 42)]
    seed: u64,
}

type Windows = Dataset<ForecastInput, Batch<ForecastOutput>>;

fn main() -> ExitCode {
    exit::code(program(&Options::parse()))
}

fn program(options: &Options) -> Result<(), Box<dyn std::error::Error>> {
    println!("{}", Forecast::summary());
    let held_out = options.samples.div_ceil(5);
    let train = windows(options.samples.saturating_sub(held_out), options.seed)?;
    let test = windows(held_out, options.seed + 1)?;
    let mut net = Forecast::new(options.seed);
    let mut trainer = Trainer::new(Adam::new(3e-3), MeanSquaredError)
        .epochs(options.epochs)
        .batch_size(64)
        .clip_norm(1.0)
        .validate(&test)
        .keep_best(true)
        .callback(console::watch)
        .seed(options.seed);
    trainer.fit(&mut net, &train)?;

    let y = net.forward(test.inputs());
    let pairs = y.as_slice().iter().zip(test.targets().as_slice());
    let plot = Plot::new(0.0..SHOWN as f64, -3.0..3.0, SHOWN, 20);
    let plot = pairs.take(SHOWN).enumerate().fold(plot, |plot, (t, (&found, &right))| {
        plot.point([t as f64, right.into()], 0).point([t as f64, found.into()], 1)
    });
    println!("\nwhat came (o) and what was forecast (x), {AHEAD} steps ahead\n{plot}");
    println!("{:.4} mean squared error of the last value", error_of_last(&test));
    println!("{:.4} mean squared error of the forecast", trainer.evaluate(&net, &test)?.loss);
    Ok(())
}

/// The forecasts that are drawn.
const SHOWN: usize = 96;

/// The error of saying that everything stays as it is.
fn error_of_last(windows: &Windows) -> f64 {
    let lasts = windows.inputs().as_slice().chunks_exact(WINDOW).map(|window| window[WINDOW - 1]);
    let squares = lasts.zip(windows.targets().as_slice()).map(|(last, next)| f64::from(last - next).powi(2));
    squares.sum::<f64>() / windows.len().max(1) as f64
}

/// Windows of one long series after the other, each with the value that lies ahead of it.
fn windows(count: usize, seed: u64) -> Result<Windows, Box<dyn std::error::Error>> {
    let mut rng = StdRng::seed_from_u64(seed);
    let (mut inputs, mut targets) = (Vec::new(), Vec::new());
    while targets.len() < count {
        let series = series(WINDOW + AHEAD + 200, &mut rng);
        for window in series.windows(WINDOW + AHEAD).take(count - targets.len()) {
            inputs.extend_from_slice(&window[..WINDOW]);
            targets.push(window[WINDOW + AHEAD - 1]);
        }
    }
    Ok(Dataset::new(Batch::from_vec(inputs)?, Batch::from_vec(targets)?)?)
}

fn series(length: usize, rng: &mut StdRng) -> Vec<f32> {
    let (long, short) = (rng.random_range(18.0..30.0_f32), rng.random_range(5.0..9.0_f32));
    let phases: [f32; 2] = [rng.random_range(0.0..6.0), rng.random_range(0.0..6.0)];
    let (mut level, mut trend) = (0.0_f32, 0.0_f32);
    let value = |t: usize| {
        trend = 0.95 * trend + rng.random_range(-0.01..0.01);
        level = 0.98 * level + trend;
        let season = (t as f32 / long * std::f32::consts::TAU + phases[0]).sin();
        let inner = 0.5 * (t as f32 / short * std::f32::consts::TAU + phases[1]).sin();
        season + inner + level + rng.random_range(-0.1..0.1)
    };
    (0..length).map(value).collect()
}
