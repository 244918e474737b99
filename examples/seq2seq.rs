//! Many to many through an encoder and a decoder: strings of digits, reversed. The decoder starts from the encoder's last state. In training it is fed
//! with the right answer; afterwards it runs free, fed with its own output, one step at a time, with its state held by the caller.
//!
//! `cargo run --release --example seq2seq -- --steps 3000 --longest 8`

mod exit;

use std::{num::NonZeroUsize, process::ExitCode};

use clap::Parser;
use plumbline::{data::StepLabels, prelude::*, train::Criterion};
use rand::{RngExt, SeedableRng, rngs::StdRng};

/// The ten digits, and the mark that begins and ends an answer.
const SYMBOLS: usize = 11;
const MARK: usize = 10;

network! {
    /// Reads the digits, then writes what it has read.
    Reverser: (question: [_, SYMBOLS], answer: [_, SYMBOLS]) -> [_, SYMBOLS] {
        encoder: lstm(128) <- question;
        decoder: lstm(128, state = encoder) <- answer;
        logits:  dense(SYMBOLS, each_step = true);
    }
}

/// Strings of digits, reversed by an encoder and a decoder.
#[derive(Parser)]
struct Options {
    /// Training steps, each on strings drawn anew.
    #[arg(long, default_value_t = 2_500)]
    steps: usize,
    /// Digits of a string at most; each length from 1 on is as likely.
    #[arg(long, default_value = "8")]
    longest: NonZeroUsize,
    /// Strings a step.
    #[arg(long, default_value = "64")]
    batch: NonZeroUsize,
    /// The seed of the strings and the weights.
    #[arg(long, default_value_t = 42)]
    seed: u64,
}

fn main() -> ExitCode {
    exit::code(program(&Options::parse()))
}

fn program(options: &Options) -> Result<(), Box<dyn std::error::Error>> {
    println!("{}", Reverser::summary());
    let mut rng = StdRng::seed_from_u64(options.seed);
    let (mut net, mut adam, loss) = (Reverser::new(options.seed), Adam::new(2e-3), CrossEntropy::new());
    let (mut pass, mut gradients) = (net.pass(options.batch.get()), net.gradients());
    let between = (options.steps / 10).max(1);
    for step in 1..=options.steps {
        let strings = strings(options.batch.get(), options.longest.get(), &mut rng);
        let (question, answer, target) = lesson(&strings)?;
        let logits = net.forward_train(&question, &answer, &mut pass)?;
        let (value, d_logits) = loss.value_and_gradient(&logits, &target)?;
        net.backward(&d_logits, &mut pass, &mut gradients)?;
        gradients.clip_norm(1.0)?;
        adam.step(&mut net, &gradients)?;
        if step % between == 0 {
            println!("step {step}: loss {value:.4}");
        }
    }

    let test = self::strings(1_000, options.longest.get(), &mut rng);
    let mut exact = 0;
    for (index, digits) in test.iter().enumerate() {
        let written = answer(&net, digits)?;
        let right = written.iter().eq(digits.iter().rev());
        exact += usize::from(right);
        if index < 5 {
            println!("{:>10} → {:<10} {}", text(digits), text(&written), if right { "✓" } else { "✗" });
        }
    }
    println!("exact: {:.1} % of {} strings", 100.0 * exact as f64 / test.len() as f64, test.len());
    Ok(())
}

/// Strings of digits, each of 1 to `longest`.
fn strings(count: usize, longest: usize, rng: &mut StdRng) -> Vec<Vec<usize>> {
    let mut string = || {
        let length = rng.random_range(1..=longest);
        (0..length).map(|_| rng.random_range(0..10)).collect()
    };
    (0..count).map(|_| string()).collect()
}

type Lesson = (Batch<ReverserQuestion>, Batch<ReverserAnswer>, StepLabels<SYMBOLS>);

/// Questions, what the decoder is fed with, and what it is to say at each step: one step ahead of what it is fed with.
fn lesson(strings: &[Vec<usize>]) -> Result<Lesson, Box<dyn std::error::Error>> {
    let reversed: Vec<Vec<usize>> = strings.iter().map(|digits| digits.iter().rev().copied().collect()).collect();
    let fed: Vec<Vec<f32>> = reversed.iter().map(|digits| one_hot(&[&[MARK], &digits[..]].concat())).collect();
    let said: Vec<Vec<usize>> = reversed.iter().map(|digits| [&digits[..], &[MARK]].concat()).collect();
    let questions: Vec<Vec<f32>> = strings.iter().map(|digits| one_hot(digits)).collect();
    Ok((Batch::padded(&questions)?, Batch::padded(&fed)?, StepLabels::padded(&said)?))
}

/// What the decoder says for a string of digits, running free.
fn answer(net: &Reverser, digits: &[usize]) -> Result<Vec<usize>, Box<dyn std::error::Error>> {
    let (mut state, mut pass) = (net.state(1), net.pass(1));
    let mut question = Batch::from_vec_of(one_hot(digits), &[digits.len(), SYMBOLS])?;
    let (mut said, mut written) = (MARK, Vec::new());
    while written.len() <= digits.len() {
        let fed = Batch::from_vec_of(one_hot(&[said]), &[1, SYMBOLS])?;
        let logits = net.forward_from(&question, &fed, &mut state, &mut pass)?;
        let logits = logits.as_slice();
        said = (0..SYMBOLS).max_by(|&a, &b| logits[a].total_cmp(&logits[b])).unwrap_or(MARK);
        if said == MARK {
            break;
        }
        written.push(said);
        // The decoder goes on from its own state now, whatever the question holds.
        question = Batch::zeros_of(1, &[1, SYMBOLS])?;
    }
    Ok(written)
}

fn one_hot(symbols: &[usize]) -> Vec<f32> {
    symbols.iter().flat_map(|&symbol| (0..SYMBOLS).map(move |other| f32::from(u8::from(other == symbol)))).collect()
}

fn text(digits: &[usize]) -> String {
    digits.iter().map(ToString::to_string).collect()
}
