//! A model of text, character by character, by truncated backpropagation through time: a long text goes through the network in pieces, the state goes
//! on from each to the next, and the gradient ends where a piece begins. It prints what it would write itself while it learns, and ends with the bits
//! that it needs for each character of the tenth of the text that it has not seen.
//!
//! `cargo run --release --example characters -- --data FILE --minutes 4`

mod exit;

use std::{
    num::NonZeroUsize,
    path::PathBuf,
    process::ExitCode,
    time::{Duration, Instant},
};

use clap::Parser;
use plumbline::{data::StepLabels, network::State, prelude::*, train::Criterion};
use rand::{RngExt, SeedableRng, rngs::StdRng, seq::IndexedRandom};

/// The characters that a text may have, which a model knows by their places in its alphabet.
const ALPHABET: usize = 128;

network! {
    /// The next character, after each one.
    Characters: [_] -> [_, ALPHABET] {
        letter: embedding(ALPHABET, 64, init = normal(0.1));
        memory: lstm(384);
        next:   dense(ALPHABET, each_step = true);
    }
}

/// A model of text.
#[derive(Parser)]
struct Options {
    /// The text; without one, a text is generated.
    #[arg(long)]
    data: Option<PathBuf>,
    /// How long to train, at most.
    #[arg(long, default_value_t = 4.0)]
    minutes: f64,
    /// Passes over the text, at most.
    #[arg(long, default_value_t = 20)]
    epochs: usize,
    /// Places of the text that are read side by side.
    #[arg(long, default_value = "32")]
    batch: NonZeroUsize,
    /// Characters of a piece.
    #[arg(long, default_value = "64")]
    steps: NonZeroUsize,
    /// The seed of the generated text, the weights and what is written.
    #[arg(long, default_value_t = 42)]
    seed: u64,
}

fn main() -> ExitCode {
    exit::code(program(&Options::parse()))
}

fn program(options: &Options) -> Result<(), Box<dyn std::error::Error>> {
    let text = match &options.data {
        Some(path) => {
            std::fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?
        }
        None => generated(200_000, options.seed),
    };
    let alphabet = Alphabet::of(&text)?;
    let letters: Vec<u8> = text.chars().map(|letter| alphabet.place(letter)).collect();
    let (train, test) = letters.split_at(letters.len() * 9 / 10);
    let (lanes, steps) = (options.batch.get(), options.steps.get());
    if train.len() / lanes <= steps || test.len() < 2 {
        return Err(format!(
            "expected a text of {} characters or more, found {}",
            lanes * (steps + 1) * 2,
            letters.len()
        )
        .into());
    }
    println!("{} characters of {} kinds\n{}", letters.len(), alphabet.letters.len(), Characters::summary());

    let mut net = Characters::new(options.seed);
    let (start, end) = (Instant::now(), Duration::from_secs_f64(options.minutes.clamp(0.0, 1e6) * 60.0));
    let pieces = (train.len() / lanes - 1) / steps;
    let mut learner =
        Learner { pass: net.pass(lanes), gradients: net.gradients(), adam: Adam::new(RATE), loss: CrossEntropy::new() };
    let mut rng = StdRng::seed_from_u64(options.seed);
    for epoch in 1..=options.epochs {
        // Time for what is left of it: the rate falls to a twentieth at the end, be that the last epoch or the last minute.
        let (mut state, mut bits, mut seen) = (net.state(lanes), 0.0, 0);
        for piece in 0..pieces {
            let epochs = ((epoch - 1) as f64 + piece as f64 / pieces as f64) / options.epochs as f64;
            let done = epochs.max(start.elapsed().as_secs_f64() / end.as_secs_f64().max(1e-9));
            if done >= 1.0 {
                break;
            }
            learner.adam.set_rate(RATE * (0.05 + 0.475 * (1.0 + (std::f64::consts::PI * done).cos())));
            bits += learner.learn(&mut net, &mut state, train, piece * steps, (lanes, steps))?;
            seen += 1;
        }
        if seen == 0 {
            break;
        }
        let passed = start.elapsed().as_secs();
        println!("epoch {epoch}, {passed} s: {:.3} bits per character in training", bits / f64::from(seen));
        println!("  {}", alphabet.text(&write(&net, train[0], 160, &mut rng)?).replace('\n', "\n  "));
    }
    println!("\n{}\n", alphabet.text(&write(&net, train[0], 600, &mut rng)?));
    println!("bits per character: {:.2}", bits_on(&net, test)?);
    Ok(())
}

/// The rate at the beginning.
const RATE: f64 = 3e-3;

struct Learner {
    pass: Pass<Characters>,
    gradients: Gradients<Characters>,
    adam: Adam,
    loss: CrossEntropy,
}

impl Learner {
    /// A step on the pieces that begin `from` characters behind the beginning of each lane; the bits for a character of them.
    fn learn(
        &mut self,
        net: &mut Characters,
        state: &mut State<Characters>,
        text: &[u8],
        from: usize,
        (lanes, steps): (usize, usize),
    ) -> Result<f64, Box<dyn std::error::Error>> {
        let (x, next) = pieces(text, text.len() / lanes, from, (lanes, steps))?;
        let logits = net.forward_train_from(&x, state, &mut self.pass)?;
        let (nats, d_logits) = self.loss.value_and_gradient(&logits, &next)?;
        net.backward(&d_logits, &mut self.pass, &mut self.gradients)?;
        self.gradients.clip_norm(1.0)?;
        self.adam.step(net, &self.gradients)?;
        Ok(f64::from(nats) / std::f64::consts::LN_2)
    }
}

type Pieces = (Batch<CharactersInput>, StepLabels<ALPHABET>);

/// A piece of each lane, lanes `apart`, and at each of its characters the next one.
fn pieces(
    text: &[u8],
    apart: usize,
    from: usize,
    (lanes, steps): (usize, usize),
) -> Result<Pieces, Box<dyn std::error::Error>> {
    let lane = |lane: usize, behind: usize| &text[lane * apart + from + behind..][..steps];
    let x = (0..lanes).flat_map(|index| lane(index, 0)).map(|&letter| f32::from(letter)).collect();
    let next = (0..lanes).flat_map(|index| lane(index, 1)).map(|&letter| usize::from(letter));
    Ok((Batch::from_vec_of(x, &[steps])?, StepLabels::from_flat(next, steps)?))
}

/// The mean bits for a character of a text that is read from its beginning to its end.
fn bits_on(net: &Characters, text: &[u8]) -> Result<f64, Box<dyn std::error::Error>> {
    let (mut pass, mut state, loss) = (net.pass(1), net.state(1), CrossEntropy::new());
    let (mut nats, mut from) = (0.0, 0);
    while from + 1 < text.len() {
        let steps = (text.len() - 1 - from).min(512);
        let (x, next) = pieces(text, 0, from, (1, steps))?;
        let logits = net.forward_from(&x, &mut state, &mut pass)?;
        nats += f64::from(loss.value(&logits, &next)?) * steps as f64;
        from += steps;
    }
    Ok(nats / std::f64::consts::LN_2 / (text.len() - 1) as f64)
}

/// What the network writes, each character drawn from what it says and fed back.
fn write(net: &Characters, first: u8, length: usize, rng: &mut StdRng) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let (mut pass, mut state) = (net.pass(1), net.state(1));
    let (mut letter, mut written) = (first, Vec::new());
    for _ in 0..length {
        let x = Batch::from_vec_of(vec![f32::from(letter)], &[1])?;
        let logits = net.forward_from(&x, &mut state, &mut pass)?;
        // A little bolder than the network is.
        let weights: Vec<f64> = logits.as_slice().iter().map(|&x| (f64::from(x) / 0.8).exp()).collect();
        let mut left = rng.random::<f64>() * weights.iter().sum::<f64>();
        let place = weights.iter().position(|weight| {
            left -= weight;
            left < 0.0
        });
        letter = place.unwrap_or(0) as u8;
        written.push(letter);
    }
    Ok(written)
}

/// The characters of a text, in order.
struct Alphabet {
    letters: Vec<char>,
}

impl Alphabet {
    fn of(text: &str) -> Result<Self, String> {
        let mut letters: Vec<char> = text.chars().collect();
        letters.sort_unstable();
        letters.dedup();
        if letters.len() > ALPHABET {
            return Err(format!("expected a text of at most {ALPHABET} different characters, found {}", letters.len()));
        }
        Ok(Alphabet { letters })
    }

    fn place(&self, letter: char) -> u8 {
        self.letters.binary_search(&letter).unwrap_or(0) as u8
    }

    fn text(&self, places: &[u8]) -> String {
        places.iter().map(|&place| self.letters.get(usize::from(place)).copied().unwrap_or('·')).collect()
    }
}

/// Sentences of a small grammar.
fn generated(length: usize, seed: u64) -> String {
    const WHO: [&str; 6] = ["the miller", "a grey cat", "the old king", "her brother", "the moon", "nobody"];
    const DOES: [&str; 6] = ["sees", "follows", "forgets", "sings to", "waits for", "paints"];
    const WHERE: [&str; 5] = ["by the river", "under the stairs", "in the long rain", "before dawn", "without a word"];
    const JOINS: [&str; 4] = [", and ", "; then ", ", while ", ", because "];
    let mut rng = StdRng::seed_from_u64(seed);
    let mut text = String::new();
    let mut pick = |from: &[&'static str]| from.choose(&mut rng).copied().unwrap_or_default();
    while text.len() < length {
        for clause in 0..2 {
            text.push_str(&format!("{} {} {} {}", pick(&WHO), pick(&DOES), pick(&WHO), pick(&WHERE)));
            text.push_str(if clause == 0 { pick(&JOINS) } else { ".\n" });
        }
    }
    text
}
