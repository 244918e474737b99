//! The notes' restricted Boltzmann machine of two visible and two hidden units, worked line by line: the joint table, the conditionals, one step of the exact
//! gradient, and the same step by contrastive divergence, with means and with sampled hidden states.
//!
//! `cargo run --release --example lecture_rbm -- --rate 0.1 --estimates 20000`
//!
//! All weights are ½ and there are no biases, as in the notes' "Mathematics, Insights and Getting Your Head Around It!". Rows come in the notes' order, v₁ first.

mod exit;

use std::process::ExitCode;

use clap::Parser;
use ndarray::Array2;
use plumbline::{
    energy::{ContrastiveDivergence, MaximumLikelihood},
    prelude::*,
    shape::FixedShape,
};

network! {
    /// The machine of the notes.
    Lecture: [2] -> [2] {
        rbm: rbm(2, init = zeros);
    }
}

/// A restricted Boltzmann machine by hand.
#[derive(Parser)]
struct Options {
    /// The learning rate of the step, which is followed by one with the rate 1.
    #[arg(long, default_value_t = 0.1)]
    rate: f64,
    /// Estimates of contrastive divergence, at least 2.
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(2..))]
    estimates: u32,
    /// The seed of the estimates.
    #[arg(long, default_value_t = 42)]
    seed: u64,
}

type Visible = Batch<LectureInput, f64>;

/// The visible vector whose probability the step is to raise.
const TARGET: [f64; 2] = [0.0, 1.0];
/// The four vectors of two units in the notes' order.
const VECTORS: [[f64; 2]; 4] = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];

fn main() -> ExitCode {
    exit::code(program(&Options::parse()))
}

fn program(options: &Options) -> Result<(), Box<dyn std::error::Error>> {
    let mut net = Lecture::<f64>::initialized(1);
    net.rbm.weight_mut().fill(0.5);
    let target: Visible = Batch::from_vec(TARGET.to_vec())?;

    println!("the joint table: E = −Σ wᵢⱼ vᵢ hⱼ, p(v, h) = e^−E / Z");
    table(&net)?;
    conditionals(&net)?;

    let before = net.rbm.log_likelihood_exact(&target).exp();
    // The gradient of −ln p(v): the mean over the model less that given the data. The notes' weights are w[v, h].
    let mut learner = MaximumLikelihood::new().start(&net.rbm, &target)?;
    let exact = learner.gradient(&net.rbm, &target)?.weight().t().to_owned();
    let hidden = net.rbm.hidden_means(&target);
    println!("\none step for v = [0, 1]: Δw = η (⟨v h⟩ given v − ⟨v h⟩ of the model), η = {}", options.rate);
    println!("{:>5} {:>15} {:>17} {:>13} {:>13}", "", "⟨v h⟩ given v", "⟨v h⟩ of model", "Δw", "w");
    for (v, h) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        let given = TARGET[v] * hidden.as_slice()[h];
        let change = -options.rate * exact[[v, h]];
        let model = given + exact[[v, h]];
        println!("  w{}{} {given:>15.9} {model:>17.9} {change:>13.9} {:>13.9}", v + 1, h + 1, 0.5 + change);
    }
    let small = after(&net, &exact, options.rate);
    println!("\nthe table after that step");
    table(&small)?;
    let (once, whole) = (probability(&small, &target), probability(&after(&net, &exact, 1.0), &target));

    println!(
        "\nthe same gradient by CD-1 from v = [0, 1], {} estimates: mean, and deviation of one",
        options.estimates
    );
    println!("{:>5} {:>12} {:>24} {:>24}", "", "exact", "means of h", "sampled h (six steps)");
    let [means, samples] = [false, true].map(|sampled| moments(&net, &target, options, sampled));
    let (means, samples) = (means?, samples?);
    for (v, h) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        let cell = |[mean, deviation]: &[Array2<f64>; 2]| format!("{:.4} ± {:.4}", -mean[[v, h]], deviation[[v, h]]);
        println!("  w{}{} {:>12.4} {:>24} {:>24}", v + 1, h + 1, -exact[[v, h]], cell(&means), cell(&samples));
    }
    let deviation = |[_, deviation]: &[Array2<f64>; 2]| deviation.iter().map(|d| d * d).sum::<f64>().sqrt();
    println!(
        "\np(v = [0, 1]) rises from {before:.4} to {once:.4} by a step with the rate {}, and to {whole:.4} by one with the rate 1; \
         an estimate with sampled hidden states deviates {:.1} times as much as one with their means.",
        options.rate,
        deviation(&samples) / deviation(&means)
    );
    Ok(())
}

fn batch<S: FixedShape>(rows: &[[f64; 2]]) -> Result<Batch<S, f64>, plumbline::ShapeError> {
    Batch::from_vec(rows.as_flattened().to_vec())
}

/// The sixteen states, v₁ changing last.
fn table(net: &Lecture<f64>) -> Result<(), Box<dyn std::error::Error>> {
    let log_partition = net.rbm.log_partition_exact();
    println!("{:>4}  v₁ v₂  h₁ h₂ {:>13} {:>12} {:>13}", "", "E", "e^−E", "probability");
    for (row, (v, h)) in VECTORS.iter().flat_map(|v| VECTORS.iter().map(move |h| (v, h))).enumerate() {
        // No −0 where nothing is added up.
        let energy = net.rbm.energies(&batch(&[*v])?, &batch(&[*h])?)?[0] + 0.0;
        println!(
            "{:>4}   {}  {}   {}  {} {energy:>13.9} {:>12.9} {:>13.9}",
            row + 1,
            v[0],
            v[1],
            h[0],
            h[1],
            (-energy).exp(),
            (-energy - log_partition).exp()
        );
    }
    println!("{:>42} {:>13}", format!("Z = {:.9}", log_partition.exp()), "1");
    Ok(())
}

/// p(v), and p(h | v) for each h.
fn conditionals(net: &Lecture<f64>) -> Result<(), Box<dyn std::error::Error>> {
    println!("\np(v), and p(h | v) as the units draw it: their product is the table's");
    println!("  v₁ v₂ {:>13}   h = 0 0   h = 0 1   h = 1 0   h = 1 1", "p(v)");
    for v in VECTORS {
        let marginal = net.rbm.log_likelihood_exact(&batch(&[v])?).exp();
        let given = net.rbm.log_conditional_hidden(&batch(&[v; 4])?, &batch(&VECTORS)?)?;
        let row: Vec<String> = given.iter().map(|log| format!("{:>9.4}", log.exp())).collect();
        println!("   {}  {} {marginal:>13.9} {}", v[0], v[1], row.join(" "));
    }
    Ok(())
}

/// The machine after a step of its weights: the notes' has no biases to move.
fn after(net: &Lecture<f64>, gradient: &Array2<f64>, rate: f64) -> Lecture<f64> {
    let mut moved = net.clone();
    moved.rbm.weight_mut().scaled_add(-rate, &gradient.t());
    moved
}

fn probability(net: &Lecture<f64>, v: &Visible) -> f64 {
    net.rbm.log_likelihood_exact(v).exp()
}

/// The mean of many estimates of the weights' gradient, and the standard deviation of one.
fn moments(
    net: &Lecture<f64>,
    data: &Visible,
    options: &Options,
    sampled: bool,
) -> Result<[Array2<f64>; 2], plumbline::energy::EnergyError> {
    // At one place, with new random numbers for each estimate.
    let mut learner = ContrastiveDivergence::new(1).sampled_hidden(sampled).seed(options.seed).start(&net.rbm, data)?;
    let (mut sum, mut squares) = (Array2::<f64>::zeros((2, 2)), Array2::<f64>::zeros((2, 2)));
    for _ in 0..options.estimates {
        let gradient = learner.gradient(&net.rbm, data)?;
        sum += &gradient.weight().t();
        squares += &gradient.weight().t().mapv(|g| g * g);
    }
    let count = f64::from(options.estimates);
    let mean = sum / count;
    let deviation = (squares / count - mean.mapv(|m| m * m)).mapv(|variance| variance.max(0.0).sqrt());
    Ok([mean, deviation])
}
