//! One to one: a network with memory that is called once for each number of a stream and answers at once, as a controller does. It learns to smooth a
//! noisy signal, in windows; then the signal never ends, and nothing but its state goes on.
//!
//! `cargo run --release --example one_to_one -- --epochs 15`

mod console;
mod exit;

use std::{process::ExitCode, time::Instant};

use clap::Parser;
use plumbline::{prelude::*, report::Plot};
use rand::{RngExt, SeedableRng, rngs::StdRng};

network! {
    /// What comes in, once, and what that makes of it: `[1]` at a time when it runs, any number of steps when it learns.
    Filter: [_, 1] -> [_, 1] {
        memory: gru(16);
        clean:  dense(1, each_step = true);
    }
}

/// A filter that learns.
#[derive(Parser)]
struct Options {
    /// Passes over the training windows.
    #[arg(long, default_value_t = 15)]
    epochs: usize,
    /// Windows to generate; a tenth is held out.
    #[arg(long, default_value_t = 1_000)]
    samples: usize,
    /// Steps of the stream that it runs on afterwards.
    #[arg(long, default_value_t = 20_000)]
    steps: usize,
    /// The seed of the signal, the weights and the order.
    #[arg(long, default_value_t = 42)]
    seed: u64,
}

/// The steps of a window.
const WINDOW: usize = 64;

fn main() -> ExitCode {
    exit::code(program(&Options::parse()))
}

fn program(options: &Options) -> Result<(), Box<dyn std::error::Error>> {
    println!("{}", Filter::summary());
    let (train, test) = windows(options.samples, options.seed)?.split(0.9)?;
    let mut net = Filter::new(options.seed);
    let mut trainer = Trainer::new(Adam::new(5e-3), MeanSquaredError)
        .epochs(options.epochs)
        .batch_size(32)
        .validate(&test)
        .callback(console::watch)
        .seed(options.seed);
    trainer.fit(&mut net, &train)?;

    // One number in, one number out; memory and state are made before the loop, and nothing is allocated in it.
    let mut signal = Signal::new(options.seed + 1);
    let (mut pass, mut state) = (net.pass(1), net.state(1));
    let mut x = Batch::zeros_of(1, &[1, 1])?;
    let (mut before, mut after, mut last) = (0.0, 0.0, Vec::new());
    let start = Instant::now();
    for step in 0..options.steps {
        let (clean, noisy) = signal.step();
        x.as_mut_slice()[0] = noisy;
        let y = net.forward_from(&x, &mut state, &mut pass)?.as_slice()[0];
        before += (noisy - clean).powi(2);
        after += (y - clean).powi(2);
        if step + 100 >= options.steps {
            last.push([clean, y]);
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    let plot = Plot::new(0.0..100.0, -2.0..2.0, 100, 16);
    let plot = last.iter().enumerate().fold(plot, |plot, (t, [clean, y])| {
        plot.point([t as f64, (*clean).into()], 0).point([t as f64, (*y).into()], 1)
    });
    println!("\nthe signal (o) and what is made of it (x), the last steps of the stream\n{plot}");
    let steps = options.steps.max(1) as f32;
    println!("mean squared error: {:.4} as it comes in, {:.4} as it goes out", before / steps, after / steps);
    println!("{:.2} µs a step", seconds * 1e6 / f64::from(steps));
    Ok(())
}

/// A sum of two waves that wander, and noise.
struct Signal {
    rng: StdRng,
    phases: [f32; 2],
}

impl Signal {
    fn new(seed: u64) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let phases = [rng.random_range(0.0..6.0), rng.random_range(0.0..6.0)];
        Signal { rng, phases }
    }

    /// The next number, clean and noisy.
    fn step(&mut self) -> (f32, f32) {
        for (phase, speed) in self.phases.iter_mut().zip([0.13, 0.31]) {
            *phase += speed * self.rng.random_range(0.8..1.2);
        }
        let clean = self.phases[0].sin() + 0.5 * self.phases[1].sin();
        (clean, clean + self.rng.random_range(-0.8..0.8))
    }
}

fn windows(count: usize, seed: u64) -> Result<Dataset<FilterInput, Batch<FilterOutput>>, Box<dyn std::error::Error>> {
    let (mut noisy, mut clean) = (Vec::new(), Vec::new());
    for index in 0..count as u64 {
        let mut signal = Signal::new(seed ^ index << 20);
        for _ in 0..WINDOW {
            let (right, heard) = signal.step();
            clean.push(right);
            noisy.push(heard);
        }
    }
    Ok(Dataset::new(Batch::from_vec_of(noisy, &[WINDOW, 1])?, Batch::from_vec_of(clean, &[WINDOW, 1])?)?)
}
