//! Shows convolution along one axis: waveforms of random frequency, phase and amplitude are generated, and a network of layers over
//! signals learns to tell their forms through noise.
//!
//! `cargo run --release --example signals -- --epochs 12 --noise 0.1`

mod console;
mod exit;

use std::{f64::consts::TAU, num::NonZeroUsize, process::ExitCode};

use clap::Parser;
use plumbline::{data::LabelError, prelude::*, report::Plot, train::Metric};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use rand_distr::{Distribution, StandardNormal};

/// The measurements of a signal.
const LENGTH: usize = 128;

network! {
    /// Filters, what they answer with at half the rate, filters of those, and how strongly these answer on the whole.
    Waveforms: [1, LENGTH] -> [4] {
        edges:  conv1d(16, kernel = 9, padding = same), relu;
        // Smoothed before every other number is left out, so that no frequency is taken for another.
        half:   weighted_avg_pool1d(4, stride = 2, padding = 1);
        shapes: conv1d(32, kernel = 9, padding = same), relu;
        // The length of eight answers: how strong they are, and not where.
        energy: lp_pool1d(8);
        all:    global_avg_pool;
        hidden: dense(32), relu;
        logits: dense(4);
    }
}

/// The height of a wave where a part of a period, 0 to 1, has passed.
type Form = fn(f64) -> f64;

/// The classes.
const FORMS: [(&str, Form); 4] = [
    ("sine", |t| (TAU * t).sin()),
    ("square", |t| if t < 0.5 { 1.0 } else { -1.0 }),
    ("triangle", |t| 1.0 - 4.0 * (t - 0.5).abs()),
    ("sawtooth", |t| 2.0 * t - 1.0),
];

type Signals = Dataset<(Const<1>, Const<LENGTH>), Labels<4>>;

/// A convolutional network on generated waveforms.
#[derive(Parser)]
struct Options {
    /// Signals to generate; a fifth is held out.
    #[arg(long, default_value_t = 8_000)]
    samples: usize,
    /// Passes over the training signals.
    #[arg(long, default_value_t = 12)]
    epochs: usize,
    /// Signals a step.
    #[arg(long, default_value = "32")]
    batch: NonZeroUsize,
    /// The standard deviation of the noise; amplitudes are between 0.5 and 2.
    #[arg(long, default_value = "0.1", value_parser = deviation)]
    noise: f64,
    /// The seed of the signals, the weights and the order.
    #[arg(long, default_value_t = 42)]
    seed: u64,
}

/// A number that a standard deviation can be.
fn deviation(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(number) if (0.0..f64::INFINITY).contains(&number) => Ok(number),
        _ => Err("expected a number that is at least 0".to_owned()),
    }
}

fn main() -> ExitCode {
    exit::code(program(&Options::parse()))
}

fn program(options: &Options) -> Result<(), Box<dyn std::error::Error>> {
    let (train, test) = waveforms(options)?.split(0.8)?;
    println!("{}", Waveforms::summary());
    println!("{} signals to learn from, {} held out; the first of each form:", train.len(), test.len());
    for (class, (name, _)) in FORMS.iter().enumerate() {
        if let Some(signal) = train.inputs().sample(class) {
            println!("{name}\n{}", draw(signal, class));
        }
    }

    let mut net = Waveforms::new(options.seed);
    Trainer::new(Adam::new(3e-3), CrossEntropy::new())
        .epochs(options.epochs)
        .batch_size(options.batch.get())
        .seed(options.seed)
        .validate(&test)
        .metric(Accuracy)
        .callback(console::watch)
        .fit(&mut net, &train)?;

    let logits = net.forward(test.inputs());
    println!("\n{}", ConfusionMatrix.tally(&logits, test.targets())?);
    println!("test accuracy: {:.4}", Accuracy.measure(&logits, test.targets())?);
    Ok(())
}

/// Signals of 2 to 8 periods with noise; their classes take turns.
fn waveforms(options: &Options) -> Result<Signals, Box<dyn std::error::Error>> {
    let mut rng = StdRng::seed_from_u64(options.seed);
    let mut numbers = Vec::new();
    for sample in 0..options.samples {
        let (_, form) = FORMS[sample % FORMS.len()];
        let (periods, phase) = (rng.random_range(2.0..8.0), rng.random_range(0.0..1.0));
        let amplitude = rng.random_range(0.5..2.0);
        numbers.extend((0..LENGTH).map(|t| {
            let noise: f64 = StandardNormal.sample(&mut rng);
            let passed = (periods * t as f64 / LENGTH as f64 + phase).fract();
            (amplitude * form(passed) + options.noise * noise) as f32
        }));
    }
    let labels: Result<Labels<4>, LabelError> = Labels::new((0..options.samples).map(|sample| sample % FORMS.len()));
    Ok(Dataset::new(Batch::from_vec(numbers)?, labels?)?)
}

/// The signal over time.
fn draw(signal: &[f32], class: usize) -> Plot {
    let plot = Plot::new(0.0..LENGTH as f64, -2.5..2.5, 64, 9);
    signal.iter().enumerate().fold(plot, |plot, (t, &x)| plot.point([t as f64 + 0.5, x.into()], class))
}
