//! Which words go together: a restricted Boltzmann machine on which words occur in a document.
//!
//! `cargo run --release --example words -- --documents 3000 --epochs 60`
//!
//! Documents are generated: each is about one topic or two, whose words it has more often than others, and has common words as it happens. The machine sees one bit
//! a word, and no topics: a hidden unit that finds one has large weights to its words, and so tells of a document with some of them which others to expect.

mod epochs;
mod exit;

use std::process::ExitCode;

use clap::Parser;
use plumbline::{energy::ContrastiveDivergence, prelude::*, train::Cosine};
use rand::{RngExt, SeedableRng, rngs::StdRng};

/// The words of each topic.
const TOPICS: [[&str; 8]; 6] = [
    ["boat", "wave", "harbour", "sail", "anchor", "tide", "captain", "island"],
    ["oven", "flour", "butter", "recipe", "salt", "kitchen", "bread", "spoon"],
    ["orbit", "star", "rocket", "planet", "comet", "telescope", "moon", "galaxy"],
    ["goal", "team", "referee", "match", "stadium", "league", "coach", "ball"],
    ["violin", "concert", "melody", "choir", "piano", "rhythm", "opera", "chord"],
    ["judge", "court", "witness", "lawyer", "verdict", "trial", "jury", "crime"],
];
/// The words of no topic.
const COMMON: [&str; 12] =
    ["the", "and", "year", "people", "time", "new", "day", "world", "place", "hand", "word", "way"];
const OF_TOPIC: usize = TOPICS[0].len();
const WORDS: usize = TOPICS.len() * OF_TOPIC + COMMON.len();

network! {
    /// A bit for each word, and features.
    Words: [WORDS] -> [10] {
        rbm: rbm(10);
    }
}

/// Topics found from the occurrence of words alone.
#[derive(Parser)]
struct Options {
    /// Documents to generate.
    #[arg(long, default_value_t = 3_000, value_parser = clap::value_parser!(u32).range(1..))]
    documents: u32,
    /// Passes over them.
    #[arg(long, default_value_t = 60)]
    epochs: usize,
    /// The learning rate at the beginning; it falls to 0.
    #[arg(long, default_value_t = 0.1)]
    rate: f64,
    /// The seed of the documents, the weights and the chains.
    #[arg(long, default_value_t = 42)]
    seed: u64,
}

type Documents = Batch<WordsInput>;

fn main() -> ExitCode {
    exit::code(program(&Options::parse()))
}

fn program(options: &Options) -> Result<(), Box<dyn std::error::Error>> {
    let data = documents(options)?;
    let words: Vec<&str> = TOPICS.as_flattened().iter().chain(&COMMON).copied().collect();
    let per_document = data.as_slice().iter().sum::<f32>() / data.samples() as f32;
    println!("{} documents of {WORDS} words, {per_document:.1} in each; an example:", data.samples());
    let first: Vec<&str> =
        words.iter().zip(data.as_slice()).filter(|(_, x)| **x == 1.0).map(|(word, _)| *word).collect();
    println!("  {}\n", first.join(" "));

    let mut model = Words::new(options.seed);
    model.rbm.adopt_means(&data)?;
    ContrastiveDivergence::new(1)
        .persistent(100)
        .rate(options.rate)
        .schedule(Cosine::new(options.epochs))
        .sparsity(0.25, 0.1)
        .l1(1e-3)
        .epochs(options.epochs)
        .seed(options.seed)
        .callback(|epoch| {
            if epoch.epoch % 10 == 0 {
                epochs::watch(epoch);
            }
        })
        .fit(&mut model.rbm, &data)?;

    println!("\nthe words with the largest weights of each hidden unit, and the topic that most of them belong to:");
    let mut found = [0; TOPICS.len()];
    for (unit, weights) in model.rbm.weight().rows().into_iter().enumerate() {
        let mut order: Vec<usize> = (0..WORDS).collect();
        order.sort_by(|&a, &b| weights[b].total_cmp(&weights[a]));
        let strongest = &order[..OF_TOPIC];
        let of = |topic: usize| strongest.iter().filter(|&&word| word / OF_TOPIC == topic).count();
        let (topic, count) = (0..TOPICS.len()).map(|topic| (topic, of(topic))).max_by_key(|x| x.1).unwrap_or_default();
        found[topic] = found[topic].max(count);
        let list: Vec<&str> = strongest.iter().map(|&word| words[word]).collect();
        println!(
            "  {:>2}  {}  ({count} of {OF_TOPIC} from the topic of `{}`)",
            unit + 1,
            list.join(" "),
            TOPICS[topic][0]
        );
    }

    println!("\nwords to expect beside two that were seen, p(word | E(h | seen)):");
    for topic in TOPICS {
        let mut seen: Documents = Batch::zeros(1);
        for (x, word) in seen.as_mut_slice().iter_mut().zip(&words) {
            *x = f32::from(u8::from(topic[..2].contains(word)));
        }
        let expected = model.rbm.reconstruct(&seen);
        // Common words come everywhere: what is told is how much more likely a word has become.
        let usual = model.rbm.reconstruct(&Batch::zeros(1));
        let mut order: Vec<usize> = (0..WORDS).filter(|&word| seen.as_slice()[word] == 0.0).collect();
        let gain = |word: usize| expected.as_slice()[word] - usual.as_slice()[word];
        order.sort_by(|&a, &b| gain(b).total_cmp(&gain(a)));
        let list: Vec<String> =
            order[..5].iter().map(|&word| format!("{} {:.2}", words[word], expected.as_slice()[word])).collect();
        println!("  {:<16} {}", topic[..2].join(" "), list.join("  "));
    }
    // One word may be taken for a common one.
    let topics = found.iter().filter(|&&count| count >= OF_TOPIC - 1).count();
    println!(
        "\n{topics} of {} planted topics found: of each, {} or more of its {OF_TOPIC} words are the strongest of one hidden unit.",
        TOPICS.len(),
        OF_TOPIC - 1
    );
    Ok(())
}

/// Documents of one topic or two: its words occur with the probability 0.5, those of others with 0.03, common ones with 0.3.
fn documents(options: &Options) -> Result<Documents, plumbline::ShapeError> {
    let rng = &mut StdRng::seed_from_u64(options.seed);
    let mut bits = Vec::with_capacity(options.documents as usize * WORDS);
    for _ in 0..options.documents {
        let topics = [rng.random_range(0..TOPICS.len()), rng.random_range(0..TOPICS.len())];
        for word in 0..WORDS {
            let probability = match word / OF_TOPIC {
                topic if topic >= TOPICS.len() => 0.3,
                topic if topics.contains(&topic) => 0.5,
                _ => 0.03,
            };
            bits.push(f32::from(u8::from(rng.random::<f64>() < probability)));
        }
    }
    Batch::from_vec(bits)
}
