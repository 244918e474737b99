//! Letters recalled from noise by associative memories: a Hopfield network under three storage rules, and dense memories that hold the whole alphabet.
//!
//! `cargo run --release --example associative_memory -- --letters 8 --noise 0.1`

mod exit;

use std::process::ExitCode;

use clap::Parser;
use plumbline::{
    energy::{
        BitError, DenseMemory, EnergyError, Hopfield, Outcome, Recall,
        interaction::{Exponential, Interaction, Polynomial, Rectified},
    },
    prelude::*,
};
use rand::{RngExt, SeedableRng, rngs::StdRng};

const WIDTH: usize = 7;
const HEIGHT: usize = 9;

const POINTS: usize = WIDTH * HEIGHT;

network! {
    /// A unit for each point of a letter.
    Memory: [POINTS] -> [POINTS] {
        memory: hopfield;
    }

    /// Theory is for many units.
    Large: [1000] -> [1000] {
        memory: hopfield;
    }
}

type Points = Const<POINTS>;
type Letters = Batch<MemoryInput>;

/// Letters side by side, in two banks.
#[rustfmt::skip]
const ALPHABET: [[&str; HEIGHT]; 2] = [
    [
        "..###.. ######. .#####. #####.. ####### ####### .#####. #.....# ..###.. ...#### #....#. #...... #.....#",
        ".#...#. #.....# #.....# #....#. #...... #...... #.....# #.....# ...#... .....#. #...#.. #...... ##...##",
        "#.....# #.....# #...... #.....# #...... #...... #...... #.....# ...#... .....#. #..#... #...... #.#.#.#",
        "#.....# #.....# #...... #.....# #...... #...... #...... #.....# ...#... .....#. #.#.... #...... #..#..#",
        "####### ######. #...... #.....# #####.. #####.. #..#### ####### ...#... .....#. ##..... #...... #..#..#",
        "#.....# #.....# #...... #.....# #...... #...... #.....# #.....# ...#... .....#. #.#.... #...... #.....#",
        "#.....# #.....# #...... #.....# #...... #...... #.....# #.....# ...#... #....#. #..#... #...... #.....#",
        "#.....# #.....# #.....# #....#. #...... #...... #.....# #.....# ...#... #....#. #...#.. #...... #.....#",
        "#.....# ######. .#####. #####.. ####### #...... .#####. #.....# ..###.. .####.. #....#. ####### #.....#",
    ],
    [
        "#.....# .#####. ######. .#####. ######. .#####. ####### #.....# #.....# #.....# #.....# #.....# #######",
        "##....# #.....# #.....# #.....# #.....# #.....# ...#... #.....# #.....# #.....# #.....# #.....# ......#",
        "#.#...# #.....# #.....# #.....# #.....# #...... ...#... #.....# #.....# #.....# .#...#. .#...#. .....#.",
        "#.#...# #.....# #.....# #.....# #.....# #...... ...#... #.....# .#...#. #.....# ..#.#.. ..#.#.. ....#..",
        "#..#..# #.....# ######. #.....# ######. .#####. ...#... #.....# .#...#. #..#..# ...#... ...#... ...#...",
        "#...#.# #.....# #...... #..#..# #..#... ......# ...#... #.....# .#...#. #..#..# ..#.#.. ...#... ..#....",
        "#...#.# #.....# #...... #...#.# #...#.. ......# ...#... #.....# ..#.#.. #.#.#.# .#...#. ...#... .#.....",
        "#....## #.....# #...... #....#. #....#. #.....# ...#... #.....# ..#.#.. ##...## #.....# ...#... #......",
        "#.....# .#####. #...... .####.# #.....# .#####. ...#... .#####. ...#... #.....# #.....# ...#... #######",
    ],
];

/// Letters recalled from noise.
#[derive(Parser)]
struct Options {
    /// Letters that the Hopfield network is to keep, from A on.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u8).range(1..=26))]
    letters: u8,
    /// The probability that a point of a letter is turned.
    #[arg(long, default_value_t = 0.1)]
    noise: f64,
    /// Spoilt copies of each letter.
    #[arg(long, default_value_t = 50)]
    copies: usize,
    /// Networks of 1000 units whose bit errors are counted.
    #[arg(long, default_value_t = 50)]
    networks: usize,
    /// The seed of the noise and of random patterns.
    #[arg(long, default_value_t = 42)]
    seed: u64,
}

fn main() -> ExitCode {
    exit::code(program(&Options::parse()))
}

fn program(options: &Options) -> Result<(), Box<dyn std::error::Error>> {
    let mut rng = StdRng::seed_from_u64(options.seed);
    let alphabet = alphabet()?;
    hopfield(options, &alphabet.rows(0..usize::from(options.letters)).to_batch(), &mut rng)?;
    dense(options, &alphabet, &mut rng)?;
    bit_errors(options, &mut rng)
}

/// A Hopfield network under each storage rule.
fn hopfield(options: &Options, letters: &Letters, rng: &mut StdRng) -> Result<(), Box<dyn std::error::Error>> {
    println!(
        "{} letters in a Hopfield network of {} units, which holds {} random patterns nearly (0.138 n) and {} exactly (n / (4 ln n))",
        letters.samples(),
        POINTS,
        Hopfield::<Points>::CAPACITY,
        Hopfield::<Points>::PERFECT_CAPACITY
    );
    type Store = fn(&mut Hopfield<Points>, &Letters) -> Result<(), EnergyError>;
    let rules: [(&str, Store); 3] = [
        ("Hebb", Hopfield::store_hebbian),
        ("Storkey", Hopfield::store_storkey),
        ("pseudo-inverse", Hopfield::store_pseudo_inverse),
    ];
    let spoilt = spoil(&copies(letters, options.copies)?, options.noise, rng)?;
    let expected = copies(letters, options.copies)?;
    // The last letter, in the first of its copies.
    let shown = (letters.samples() - 1) * options.copies;
    let mut pictures = vec![("spoilt", picture(&spoilt, shown))];
    println!(
        "\nbits of a stored letter wrong after one step: {:.4} for as many random patterns",
        Hopfield::<Points>::bit_error_predicted(letters.samples())
    );
    let mut ways = Vec::new();
    for (name, store) in rules {
        let mut net = Memory::new(options.seed);
        store(&mut net.memory, letters)?;
        let recall = net.memory.recall_in_random_order(&spoilt, options.seed)?;
        println!(
            "{name:>14}: {:.4}; {} of {} spoilt copies recalled without an error, in {:.1} sweeps",
            net.memory.bit_error_measured(letters)?.rate(),
            found(&recall, &expected),
            expected.samples(),
            recall.traces.iter().map(|trace| trace.sweeps() as f64).sum::<f64>() / recall.traces.len().max(1) as f64
        );
        pictures.push((name, picture(&recall.states, shown)));
        ways.extend(recall.traces.get(shown).map(|trace| (name, trace.clone())));
    }
    println!();
    show(&pictures);
    for (name, trace) in ways {
        let energies: Vec<String> = trace.energies.iter().map(|energy| format!("{energy:.2}")).collect();
        let end = if trace.outcome == Outcome::Converged { "stays" } else { "changes on" };
        println!("{name:>14}: energy {}, {end}", energies.join(" → "));
    }
    Ok(())
}

/// The whole alphabet in memories that are steeper and steeper.
fn dense(options: &Options, alphabet: &Letters, rng: &mut StdRng) -> Result<(), Box<dyn std::error::Error>> {
    let expected = copies(alphabet, options.copies)?;
    let spoilt = spoil(&expected, options.noise, rng)?;
    println!(
        "\nthe whole alphabet in a dense memory of as many units: spoilt copies recalled without an error, of {}",
        expected.samples()
    );
    let kinds = [
        ("x²", recall::<Polynomial<2>>(alphabet, &spoilt)?),
        ("x³", recall::<Polynomial<3>>(alphabet, &spoilt)?),
        ("x³ for x > 0", recall::<Rectified<3>>(alphabet, &spoilt)?),
        ("x⁸ for x > 0", recall::<Rectified<8>>(alphabet, &spoilt)?),
        ("exp x", recall::<Exponential>(alphabet, &spoilt)?),
    ];
    let mut pictures = vec![("spoilt", picture(&spoilt, 6 * options.copies))];
    for (name, recall) in &kinds {
        println!("{name:>14}: {}", found(recall, &expected));
        pictures.push((name, picture(&recall.states, 6 * options.copies)));
    }
    println!();
    show(&pictures);
    Ok(())
}

fn recall<F: Interaction>(alphabet: &Letters, spoilt: &Letters) -> Result<Recall<Points>, EnergyError> {
    let mut memory: DenseMemory<Points, F> = DenseMemory::new();
    memory.store(alphabet)?;
    memory.recall(spoilt)
}

/// Random patterns in larger networks: what theory says of them beside what happens.
fn bit_errors(options: &Options, rng: &mut StdRng) -> Result<(), Box<dyn std::error::Error>> {
    println!("\nbits wrong after one step from random patterns in {} networks of 1000 units", options.networks);
    println!("    α  predicted   measured   95 % from         to");
    for patterns in [50, 105, 138] {
        let mut errors = Vec::new();
        for _ in 0..options.networks {
            let signs = (0..patterns * 1000).map(|_| if rng.random::<bool>() { 1.0 } else { -1.0 }).collect();
            let patterns = Batch::from_vec(signs)?;
            let mut net = Large::new(options.seed);
            net.memory.store_hebbian(&patterns)?;
            errors.push(net.memory.bit_error_measured(&patterns)?);
        }
        let rate = errors.iter().fold(BitError::default(), |sum, &error| sum.and(error)).rate();
        let (low, high) = BitError::interval_of(&errors, 1.96);
        println!(
            "{:.3}  {:.3e}  {:.3e}  {low:.3e}  {high:.3e}",
            patterns as f64 / 1000.0,
            Hopfield::<Const<1000>>::bit_error_predicted(patterns),
            rate
        );
        if patterns == 138 {
            println!(
                "\nat the capacity, 0.138 patterns a unit, {:.2} % of the bits are wrong after one step",
                100.0 * rate
            );
        }
    }
    Ok(())
}

fn alphabet() -> Result<Letters, plumbline::ShapeError> {
    let letter = |bank: &[&str; HEIGHT], index: usize| -> Vec<f32> {
        let row = |row: &&str| row.bytes().skip(index * (WIDTH + 1)).take(WIDTH).collect::<Vec<u8>>();
        bank.iter().flat_map(row).map(|point| if point == b'#' { 1.0 } else { -1.0 }).collect()
    };
    Batch::from_vec(ALPHABET.iter().flat_map(|bank| (0..13).flat_map(move |index| letter(bank, index))).collect())
}

/// Each letter so many times.
fn copies(letters: &Letters, count: usize) -> Result<Letters, plumbline::ShapeError> {
    let places: Vec<usize> = (0..letters.samples()).flat_map(|place| vec![place; count]).collect();
    letters.select(&places)
}

fn spoil(letters: &Letters, noise: f64, rng: &mut StdRng) -> Result<Letters, plumbline::ShapeError> {
    let turn = |&point: &f32| if rng.random::<f64>() < noise { -point } else { point };
    Batch::from_vec(letters.as_slice().iter().map(turn).collect())
}

/// How many ends are what they should be.
fn found(recall: &Recall<Points>, expected: &Letters) -> usize {
    (0..expected.samples()).filter(|&place| recall.states.sample(place) == expected.sample(place)).count()
}

/// The rows of a letter, two characters a point.
fn picture(letters: &Letters, place: usize) -> Vec<String> {
    let row = |row: &[f32]| row.iter().map(|&point| if point > 0.0 { "██" } else { " ·" }).collect();
    letters.sample(place).unwrap_or_default().chunks(WIDTH).map(row).collect()
}

/// Pictures side by side under their names.
fn show(pictures: &[(&str, Vec<String>)]) {
    let heads: Vec<String> = pictures.iter().map(|(name, _)| format!("{name:<width$}", width = 2 * WIDTH)).collect();
    println!("{}", heads.join("   ").trim_end());
    for row in 0..HEIGHT {
        let rows: Vec<&str> = pictures.iter().filter_map(|(_, rows)| rows.get(row)).map(String::as_str).collect();
        println!("{}", rows.join("   "));
    }
}
