//! Shows the exact log-likelihood of a restricted Boltzmann machine climb towards the best that any model can have, under three ways of training.
//!
//! `cargo run --release --example bars_and_stripes -- --epochs 4000`
//!
//! The data are all pictures of bars and of stripes, each once: 14 of 3 × 3 pixels, 30 of 4 × 4. A model that gives each the same probability, and no other
//! picture any, has the mean log-likelihood −ln 14, or −ln 30.

mod exit;
mod pictures;

use std::process::ExitCode;

use clap::Parser;
use plumbline::{
    energy::{ContrastiveDivergence, MaximumLikelihood},
    prelude::*,
    report::Picture,
    samplers::Ladder,
    train::Cosine,
};
use rand::{SeedableRng, rngs::StdRng};

network! {
    /// 3 × 3 pixels.
    Three: [9] -> [12] {
        rbm: rbm(12, init = normal(0.1));
    }

    /// 4 × 4 pixels.
    Four: [16] -> [12] {
        rbm: rbm(12, init = normal(0.1));
    }
}

/// Samples that are counted, and those of them that are drawn.
const SAMPLES: usize = 1000;
const SHOWN: usize = 12;

/// Bars and stripes.
#[derive(Parser)]
struct Options {
    /// Passes over the pictures, each of one step.
    #[arg(long, default_value_t = 4000)]
    epochs: usize,
    /// The learning rate.
    #[arg(long, default_value_t = 0.1)]
    rate: f64,
    /// The momentum.
    #[arg(long, default_value_t = 0.5)]
    momentum: f64,
    /// The seed of the weights and the chains.
    #[arg(long, default_value_t = 42)]
    seed: u64,
}

fn main() -> ExitCode {
    exit::code(program(&Options::parse()))
}

/// Trains copies of a network side by side, prints their likelihoods as they climb, and draws samples of the last. The same lines for every size, for which
/// the exact likelihood is asked where the size is known.
macro_rules! climb {
    ($network:ident, $pixels:literal, $options:expr) => {{
        let options = $options;
        let pictures = data::bars_and_stripes::<$pixels, f32>();
        let side = usize::isqrt($pixels);
        let best = -(pictures.samples() as f64).ln();
        println!("{side} × {side} pixels, {} pictures; the best possible is −ln {0} = {best:.4}", pictures.samples());
        println!("{:>7}  {:>8}  {:>8}  {:>8}  {:>8}", "epoch", "CD-1", "PCD-1", "tempered", "exact");

        let start = $network::new(options.seed).rbm;
        let mut machines = [0; 4].map(|_| start.clone());
        let divergence = || ContrastiveDivergence::new(1).rate(options.rate).momentum(options.momentum).schedule(Cosine::new(options.epochs)).seed(options.seed);
        let mut near = divergence().start(&start, &pictures)?;
        let mut lasting = divergence().persistent(500).start(&start, &pictures)?;
        let mut tempered = divergence().tempered(200, Ladder::linear(1.0, 0.2, 8)).start(&start, &pictures)?;
        let mut exact = MaximumLikelihood::new().rate(options.rate).momentum(options.momentum).start(&start, &pictures)?;
        for epoch in 0..=options.epochs {
            if epoch % options.epochs.div_ceil(10).max(1) == 0 {
                let [near, lasting, tempered, exact] =
                    machines.each_ref().map(|rbm| rbm.log_likelihood_exact(&pictures));
                println!("{epoch:>7}  {near:>8.4}  {lasting:>8.4}  {tempered:>8.4}  {exact:>8.4}");
            }
            let [of_near, of_lasting, of_tempered, of_exact] = &mut machines;
            near.epoch(of_near, &pictures)?;
            lasting.epoch(of_lasting, &pictures)?;
            tempered.epoch(of_tempered, &pictures)?;
            exact.epoch(of_exact, &pictures)?;
        }
        let [.., machine] = &machines;
        let samples = machine.generate(SAMPLES, 1000, &mut StdRng::seed_from_u64(options.seed))?;
        tell(samples.as_slice(), pictures.as_slice(), side);
    }};
}

/// Draws the first samples, a number below each, and says which are blank and how many of all are bars or stripes.
fn tell(samples: &[f32], all: &[f32], side: usize) {
    let pixels = side * side;
    let shown = || samples.chunks_exact(pixels).take(SHOWN);
    println!("{SHOWN} samples of the last, numbered; a dot marks one that is neither bars nor stripes:");
    pictures::show(shown().map(|picture| Picture::new(side, picture)));
    let valid = |picture: &[f32]| all.chunks_exact(pixels).any(|other| other == picture);
    let label = |(index, picture)| format!("{}{}", index + 1, if valid(picture) { "" } else { "·" });
    let labels: Vec<String> = shown().enumerate().map(|x| format!("{:<1$}", label(x), side + 2)).collect();
    println!("{}", labels.concat().trim_end());
    let is_blank = |picture: &[f32]| picture.iter().all(|&pixel| pixel == 0.0);
    let blank: Vec<String> =
        (1..).zip(shown()).filter(|(_, picture)| is_blank(picture)).map(|(number, _)| number.to_string()).collect();
    if !blank.is_empty() {
        // It shows as a gap, and is one of the pictures: bars of which none is drawn.
        println!("blank, which is one of the pictures: {}", blank.join(", "));
    }
    let count = |f: &dyn Fn(&[f32]) -> bool| samples.chunks_exact(pixels).filter(|&picture| f(picture)).count();
    let seen = all.chunks_exact(pixels).filter(|&picture| samples.chunks_exact(pixels).any(|other| other == picture));
    println!(
        "{} of {SAMPLES} samples are bars or stripes, {} of them blank; {} of the {} pictures occur\n",
        count(&valid),
        count(&is_blank),
        seen.count(),
        all.len() / pixels
    );
}

fn program(options: &Options) -> Result<(), Box<dyn std::error::Error>> {
    climb!(Three, 9, options);
    climb!(Four, 16, options);
    Ok(())
}
