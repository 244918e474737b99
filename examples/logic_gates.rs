//! Shows what a perceptron can learn and what it cannot: AND and OR in a few epochs, XOR never, and why.
//!
//! `cargo run --release --example logic_gates -- --epochs 30`

use clap::Parser;
use plumbline::prelude::*;

network! {
    /// One threshold unit: 1 where w₁x₁ + w₂x₂ + b > 0, else −1.
    Gate: [2] -> [1] {
        unit: perceptron;
    }
}

/// Rosenblatt's rule on three gates.
#[derive(Parser)]
struct Options {
    /// Epochs after which to give up.
    #[arg(long, default_value_t = 20)]
    epochs: usize,
    /// The size of a correction.
    #[arg(long, default_value_t = 0.5)]
    rate: f32,
    /// The seed of the weights at the start.
    #[arg(long, default_value_t = 2)]
    seed: u64,
}

const CORNERS: [[f32; 2]; 4] = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let options = Options::parse();
    learn("AND", [-1.0, -1.0, -1.0, 1.0], &options)?;
    learn("OR", [-1.0, 1.0, 1.0, 1.0], &options)?;
    learn("XOR", [-1.0, 1.0, 1.0, -1.0], &options)?;
    Ok(())
}

fn learn(name: &str, targets: [f32; 4], options: &Options) -> Result<(), Box<dyn std::error::Error>> {
    let x = Batch::from_vec(CORNERS.concat())?;
    let t = Batch::from_vec(targets.to_vec())?;
    let mut gate = Gate::new(options.seed);
    let report = gate.unit.learn(&x, &t, options.rate, options.epochs)?;

    println!("{name}");
    for (epoch, &mistakes) in report.mistakes.iter().enumerate() {
        println!("  epoch {:>2}: mistakes {mistakes} {}", epoch + 1, "█".repeat(mistakes));
    }
    let (weight, bias) = (gate.unit.weight(), gate.unit.bias()[0]);
    let net = |[x1, x2]: [f32; 2]| weight[[0, 0]] * x1 + weight[[0, 1]] * x2 + bias;
    let y = gate.forward(&x);
    println!("  x₁ x₂   {:+.2}·x₁ {:+.2}·x₂ {bias:+.2}   output   target", weight[[0, 0]], weight[[0, 1]]);
    for ((corner, &y), target) in CORNERS.iter().zip(y.as_slice()).zip(targets) {
        let net = net(*corner);
        // The unit gives 1 above 0 alone, so that a point on the line is no tie. One close to it shows its digits.
        let (net, place) = match net {
            0.0 => ("0".to_string(), "  on the line, which counts as −1"),
            net if net.abs() < 0.005 => (format!("{net:.1e}"), ""),
            net => (format!("{net:.2}"), ""),
        };
        let mark = if y == target { "" } else { "  ← wrong" };
        println!("   {}  {}   {net:>20}   {y:>6}   {target:>6}{mark}{place}", corner[0], corner[1]);
    }
    if report.converged {
        let on_it = CORNERS.iter().filter(|corner| net(**corner) == 0.0).count();
        let also = if on_it > 0 { ", with what is on it counted as −1" } else { "" };
        println!(
            "  learned: the line {:+.2}·x₁ {:+.2}·x₂ {bias:+.2} = 0 separates the classes{also}\n",
            weight[[0, 0]],
            weight[[0, 1]]
        );
    } else {
        println!("  not learned after {} epochs. {}\n", report.mistakes.len(), reason(targets));
    }
    Ok(())
}

/// Why no line separates the corners, where none does.
fn reason(targets: [f32; 4]) -> &'static str {
    // For f(x) = w·x + b, f(0,0) + f(1,1) = f(0,1) + f(1,0): one diagonal's sum cannot be positive and the other's not.
    let [a, b, c, d] = targets;
    if a == d && b == c && a != b {
        "No line can: f(x) = w·x + b has\n    \
         f(0,0) + f(1,1) = b + (w₁ + w₂ + b) = (w₂ + b) + (w₁ + b) = f(0,1) + f(1,0),\n  \
         but these targets ask for a sum above 0 on one diagonal and at most 0 on the other.\n  \
         A hidden layer bends the plane first: see the example `xor`."
    } else {
        "A line separates these classes: more epochs will find it."
    }
}
