//! A machine of two visible and two hidden units in one table: all sixteen states with their exact probabilities, beside the frequencies of Gibbs sampling.
//!
//! `cargo run --release --example boltzmann_table -- --chains 100000`
//!
//! All weights between the sides are ½ and all biases 0, the worked example of restricted Boltzmann machines whose partition function is 31.857068496. The
//! same distribution comes twice: from `Rbm`, which draws one side at a time, and from the general `Boltzmann` machine, which draws unit after unit.

mod exit;

use std::process::ExitCode;

use clap::Parser;
use plumbline::prelude::*;
use rand::{SeedableRng, rngs::StdRng};

network! {
    /// Connections between the sides alone.
    Restricted: [2] -> [2] {
        rbm: rbm(2, init = zeros);
    }

    /// Every unit with every other, though those on one side get the weight 0.
    General: [2] -> [2] {
        machine: boltzmann(2, init = zeros);
    }
}

/// The number that χ² with 15 degrees of freedom exceeds with the probability 0.001.
const CRITICAL: f64 = 37.7;

/// Exact probabilities beside frequencies.
#[derive(Parser)]
struct Options {
    /// Independent chains of each machine.
    #[arg(long, default_value_t = 100_000)]
    chains: usize,
    /// Sweeps of each chain, from random states.
    #[arg(long, default_value_t = 30)]
    sweeps: usize,
    /// The temperature.
    #[arg(long, default_value_t = 1.0)]
    temperature: f64,
    /// The seed of the chains.
    #[arg(long, default_value_t = 42)]
    seed: u64,
}

fn main() -> ExitCode {
    exit::code(program(&Options::parse()))
}

fn program(options: &Options) -> Result<(), Box<dyn std::error::Error>> {
    let mut rbm = Restricted::new(options.seed).rbm;
    rbm.weight_mut().fill(0.5);
    rbm.set_temperature(options.temperature)?;
    let mut machine = General::new(options.seed).machine;
    for (v, h) in [(0, 2), (0, 3), (1, 2), (1, 3)] {
        machine.set_weight(v, h, 0.5)?;
    }
    machine.set_temperature(options.temperature)?;

    let states: Vec<f32> = (0..16).flat_map(bits).collect();
    let (v, h) = machine.split(&states)?;
    let energies = rbm.energies(&v, &h)?;
    let log_partition = rbm.log_partition_exact();
    println!("Z = {:.9} over the restricted machine's visible states,", log_partition.exp());
    println!("    {:.9} over all states of the general one", machine.log_partition_exact().exp());

    let random = rbm.generate(options.chains, 0, &mut StdRng::seed_from_u64(options.seed))?;
    let mut pairs = rbm.chains_from(&random, options.seed)?;
    pairs.gibbs(&rbm, options.sweeps)?;
    let drawn = pairs.first().chunks(2).zip(pairs.second().chunks(2));
    let by_sides = frequencies(drawn.map(|(v, h)| [v[0], v[1], h[0], h[1]]));
    let mut chains = machine.chains(options.chains, options.seed)?;
    chains.gibbs(&machine, options.sweeps)?;
    let by_units = frequencies(chains.states().chunks(4).map(|s| [s[0], s[1], s[2], s[3]]));

    let exact = machine.probabilities_exact();
    println!("\n{:>22} {:>21} {:>23}", "", "exactly", "by Gibbs sampling");
    println!(
        "{:>5} {:>5} {:>9} {:>10} {:>10} {:>12} {:>10}",
        "v", "h", "−E / T", "rbm", "boltzmann", "rbm", "boltzmann"
    );
    for (state, energy) in energies.iter().enumerate() {
        let [v1, v2, h1, h2] = bits(state);
        let log_weight = 0.0 - energy / options.temperature;
        println!(
            "{:>5} {:>5} {log_weight:>9.3} {:>10.6} {:>10.6} {:>12.6} {:>10.6}",
            format!("{v1} {v2}"),
            format!("{h1} {h2}"),
            (log_weight - log_partition).exp(),
            exact[state],
            by_sides[state],
            by_units[state],
        );
    }
    let moments = machine.moments_exact();
    println!("\np(v₁ = 1) = {:.6}, ⟨v₁ h₁⟩ = {:.6}", moments.means[0], moments.products[[0, 2]]);
    // v₁ = 0 and v₂ = 1, with any h.
    let of_vector = |table: &[f64]| (0..16).filter(|state| state & 3 == 2).map(|state| table[state]).sum::<f64>();
    println!(
        "p(v = [0, 1]) = {:.6}; by Gibbs sampling {:.6} of rbm, {:.6} of boltzmann",
        of_vector(&exact),
        of_vector(&by_sides),
        of_vector(&by_units)
    );
    println!("\nPearson's χ² with 15 degrees of freedom: a right sampler exceeds {CRITICAL} once in a thousand times");
    for (name, frequencies) in [("rbm", &by_sides), ("boltzmann", &by_units)] {
        let terms = frequencies.iter().zip(&exact).map(|(f, p)| (f - p).powi(2) / p);
        let statistic = options.chains as f64 * terms.sum::<f64>();
        let verdict =
            if statistic < CRITICAL { "agrees with the exact table" } else { "does not agree with the exact table" };
        println!("χ² of {name}: {statistic:.1}: {verdict}");
    }
    Ok(())
}

/// v₁ v₂ h₁ h₂ of a state's number.
fn bits(state: usize) -> [f32; 4] {
    [0, 1, 2, 3].map(|unit| (state >> unit & 1) as f32)
}

/// The part of the samples that each state has.
fn frequencies(samples: impl ExactSizeIterator<Item = [f32; 4]>) -> [f64; 16] {
    let (mut found, part) = ([0.0; 16], 1.0 / samples.len() as f64);
    for sample in samples {
        found[(0..4).fold(0, |sum, unit| sum | (sample[unit] as usize) << unit)] += part;
    }
    found
}
