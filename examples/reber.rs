//! Many to many in step: strings of the embedded Reber grammar (Hochreiter & Schmidhuber, 1997), of which a network says at each symbol which may come
//! next. The second symbol decides the last but one, and all that lies between must not make it forget.
//!
//! `cargo run --release --example reber -- --epochs 30`

mod exit;

use std::process::ExitCode;

use clap::Parser;
use plumbline::{data::StepLabels, prelude::*};
use rand::{RngExt, SeedableRng, rngs::StdRng};

/// Begin, the five symbols of the graph, and end.
const SYMBOLS: [char; 7] = ['B', 'T', 'P', 'S', 'X', 'V', 'E'];

network! {
    /// What may come next, after each symbol.
    Reber: [_] -> [_, 7] {
        symbol: embedding(7, 7);
        memory: lstm(24);
        next:   dense(7, each_step = true);
    }
}

/// Strings of the embedded Reber grammar.
#[derive(Parser)]
struct Options {
    /// Passes over the training strings at most; it stops once every string of a set apart is right.
    #[arg(long, default_value_t = 60)]
    epochs: usize,
    /// Strings to train on.
    #[arg(long, default_value_t = 2_000)]
    samples: usize,
    /// Strings of the test.
    #[arg(long, default_value_t = 1_000)]
    tests: usize,
    /// The seed of the strings, the weights and the order.
    #[arg(long, default_value_t = 42)]
    seed: u64,
}

type Strings = Vec<Vec<Step>>;

/// A symbol, and which may follow it.
#[derive(Clone, Copy)]
struct Step {
    symbol: usize,
    legal: [bool; SYMBOLS.len()],
}

fn main() -> ExitCode {
    exit::code(program(&Options::parse()))
}

fn program(options: &Options) -> Result<(), Box<dyn std::error::Error>> {
    println!("{}", Reber::summary());
    let mut rng = StdRng::seed_from_u64(options.seed);
    let train = lesson(&strings(options.samples, &mut rng))?;
    let apart = strings(500, &mut rng);
    let mut net = Reber::new(options.seed);
    let mut trainer =
        Trainer::new(Adam::new(1e-2), CrossEntropy::new()).batch_size(32).clip_norm(1.0).epochs(1).quiet();
    for epoch in 1..=options.epochs {
        trainer = trainer.seed(options.seed ^ epoch as u64);
        let history = trainer.fit(&mut net, &train)?;
        let right = right(&net, &apart)?;
        println!("epoch {epoch}: loss {:.4}, {right} of {} strings", history.epochs[0].training.loss, apart.len());
        if right == apart.len() {
            break;
        }
    }
    let test = strings(options.tests, &mut rng);
    show(&net, &test[..test.len().min(1)])?;
    println!("every legal next symbol predicted in {} of {} fresh strings", right(&net, &test)?, test.len());
    Ok(())
}

/// How many strings are right at each symbol: those that may come next are all more probable than all others.
fn right(net: &Reber, strings: &[Vec<Step>]) -> Result<usize, Box<dyn std::error::Error>> {
    let inputs = inputs(strings)?;
    let logits = net.forward(&inputs)?;
    let mut count = 0;
    for (index, string) in strings.iter().enumerate() {
        let rows = logits.sample(index).unwrap_or_default().chunks_exact(SYMBOLS.len());
        let right = string[..string.len() - 1].iter().zip(rows).all(|(step, row)| {
            let of = |legal: bool| row.iter().zip(step.legal).filter(move |(_, is)| *is == legal).map(|(x, _)| *x);
            of(true).fold(f32::INFINITY, f32::min) > of(false).fold(f32::NEG_INFINITY, f32::max)
        });
        count += usize::from(right);
    }
    Ok(count)
}

/// What the network says along a string.
fn show(net: &Reber, strings: &[Vec<Step>]) -> Result<(), Box<dyn std::error::Error>> {
    let Some(string) = strings.first() else { return Ok(()) };
    let logits = net.forward(&inputs(strings)?)?;
    println!("\nafter   probability of {}   legal", SYMBOLS.map(|symbol| format!("{symbol:>5}")).concat());
    for (step, row) in string.iter().zip(logits.as_slice().chunks_exact(SYMBOLS.len())) {
        let sum: f32 = row.iter().map(|x| x.exp()).sum();
        let shares: String = row.iter().map(|x| format!("{:>5.2}", x.exp() / sum)).collect();
        let legal: String =
            SYMBOLS.iter().zip(step.legal).filter(|(_, legal)| *legal).map(|(symbol, _)| *symbol).collect();
        println!("{:>5} {:16} {shares}   {legal}", SYMBOLS[step.symbol], "");
    }
    println!();
    Ok(())
}

/// All symbols but the last.
fn inputs(strings: &[Vec<Step>]) -> Result<Batch<ReberInput>, plumbline::ShapeError> {
    Batch::padded(
        strings
            .iter()
            .map(|string| -> Vec<f32> { string[..string.len() - 1].iter().map(|step| step.symbol as f32).collect() }),
    )
}

/// The symbols, and at each the one that came next.
fn lesson(strings: &[Vec<Step>]) -> Result<Dataset<ReberInput, StepLabels<7>>, Box<dyn std::error::Error>> {
    let next = strings.iter().map(|string| -> Vec<usize> { string[1..].iter().map(|step| step.symbol).collect() });
    Ok(Dataset::new(inputs(strings)?, StepLabels::padded(next)?)?)
}

/// The graph: from each state, symbols and the states that they lead to.
const GRAPH: [&[(usize, usize)]; 6] =
    [&[(1, 1), (2, 2)], &[(3, 1), (4, 3)], &[(1, 2), (5, 4)], &[(4, 2), (3, 5)], &[(2, 3), (5, 5)], &[]];

fn strings(count: usize, rng: &mut StdRng) -> Strings {
    (0..count).map(|_| string(rng)).collect()
}

/// B, T or P, a string of the graph between B and E, the same T or P, E.
fn string(rng: &mut StdRng) -> Vec<Step> {
    let step = |symbol: usize, next: &[usize]| {
        let mut legal = [false; SYMBOLS.len()];
        next.iter().for_each(|&symbol| legal[symbol] = true);
        Step { symbol, legal }
    };
    let branch = rng.random_range(1..=2);
    let mut string = vec![step(0, &[1, 2]), step(branch, &[0]), step(0, &[1, 2])];
    let mut state = 0;
    while !GRAPH[state].is_empty() {
        let (symbol, next) = GRAPH[state][rng.random_range(0..2)];
        let legal: Vec<usize> = GRAPH[next].iter().map(|(symbol, _)| *symbol).collect();
        string.push(step(symbol, if legal.is_empty() { &[6] } else { &legal }));
        state = next;
    }
    string.extend([step(6, &[branch]), step(branch, &[6]), step(6, &[])]);
    string
}
