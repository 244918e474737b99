//! A Boltzmann machine that cuts a graph in two halves: simulated annealing of the fewest edges between them.
//!
//! `cargo run --release --example annealing -- --steps 500 --seed 7`
//!
//! The graph is made of two communities of equal size, with more edges inside each than between them. Unit i of the machine says on which side node i is,
//! and the energy of a state is the number of edges cut, and λ times the square of what is between the sides' sizes and equal ones: weights 2 Aᵢⱼ − 2 λ and
//! biases λ (n − 1) − dᵢ, where A is the graph and d its degrees (Kirkpatrick, Gelatt and Vecchi, 1983). The planted cut is known; annealing, which is not
//! told it, is set beside it, beside random halves and beside states quenched at once, without temperature.

mod exit;

use std::{num::NonZeroUsize, process::ExitCode};

use clap::Parser;
use plumbline::{energy::Boltzmann, layers::Init, prelude::*, samplers::Ladder};
use rand::{RngExt, SeedableRng, rngs::StdRng, seq::SliceRandom};

/// The nodes of the graph, all of them visible units.
const NODES: usize = 128;
type Machine = Boltzmann<Const<NODES>, Const<0>>;

/// Simulated annealing of a graph's cut.
#[derive(Parser)]
struct Options {
    /// The temperatures of the annealing, one sweep of all nodes at each.
    #[arg(long, default_value_t = 500)]
    steps: usize,
    /// Chains that are annealed side by side.
    #[arg(long, default_value = "10")]
    chains: NonZeroUsize,
    /// The first temperature.
    #[arg(long, default_value_t = 20.0)]
    hot: f64,
    /// The last temperature.
    #[arg(long, default_value_t = 0.3)]
    cold: f64,
    /// The probability of an edge inside a community.
    #[arg(long, default_value_t = 0.15)]
    inside: f64,
    /// The probability of an edge between the communities.
    #[arg(long, default_value_t = 0.05)]
    between: f64,
    /// λ, the price of unequal halves.
    #[arg(long, default_value_t = 1.0)]
    balance: f32,
    /// The seed of the graph and of the chains.
    #[arg(long, default_value_t = 42)]
    seed: u64,
}

/// Edges, and the community that each node was put in.
struct Graph {
    edges: Vec<(usize, usize)>,
    planted: Vec<bool>,
}

impl Graph {
    fn new(options: &Options, rng: &mut StdRng) -> Graph {
        let mut planted: Vec<bool> = (0..NODES).map(|node| node % 2 == 0).collect();
        planted.shuffle(rng);
        let mut edges = Vec::new();
        for i in 0..NODES {
            for j in 0..i {
                let probability = if planted[i] == planted[j] { options.inside } else { options.between };
                if rng.random::<f64>() < probability {
                    edges.push((i, j));
                }
            }
        }
        Graph { edges, planted }
    }

    /// The edges between the two sides.
    fn cut(&self, side: &[bool]) -> usize {
        self.edges.iter().filter(|&&(i, j)| side[i] != side[j]).count()
    }

    /// The machine whose energy is the cost of a cut, but for λ n² / 4.
    fn machine(&self, balance: f32, rng: &mut StdRng) -> Result<Machine, Box<dyn std::error::Error>> {
        let mut weights = ndarray::Array2::from_elem((NODES, NODES), -2.0 * balance);
        weights.diag_mut().fill(0.0);
        let mut machine = Machine::new(Init::Zeros, rng);
        machine.bias_mut().fill(balance * (NODES - 1) as f32);
        for &(i, j) in &self.edges {
            weights[[i, j]] += 2.0;
            weights[[j, i]] += 2.0;
            machine.bias_mut()[i] -= 1.0;
            machine.bias_mut()[j] -= 1.0;
        }
        machine.set_weights(weights.view())?;
        Ok(machine)
    }
}

fn main() -> ExitCode {
    exit::code(program(&Options::parse()))
}

fn program(options: &Options) -> Result<(), Box<dyn std::error::Error>> {
    let rng = &mut StdRng::seed_from_u64(options.seed);
    let graph = Graph::new(options, rng);
    let machine = graph.machine(options.balance, rng)?;
    let constant = f64::from(options.balance) * (NODES * NODES) as f64 / 4.0;
    println!("{NODES} nodes in two communities, {} edges", graph.edges.len());

    let annealed = machine.anneal(
        options.chains.get(),
        &Ladder::geometric(1.0 / options.hot, 1.0 / options.cold, options.steps),
        rng,
    )?;
    // As many sweeps with no temperature to speak of.
    let quenched = machine.anneal(options.chains.get(), &Ladder::from(vec![1e6; options.steps + 1]), rng)?;

    println!("the cost of a state (edges cut, and λ for unequal halves) while the temperature falls:");
    let costs = |energies: &[f64]| energies.iter().map(|energy| energy + constant).collect::<Vec<_>>();
    chart(options, &costs(&annealed.mean_energies), &costs(&annealed.lowest_energies));

    println!("\nthe best state of {} chains, and the mean of their last costs:", options.chains);
    println!("{:>10}  {:>5}  {:>9}  {:>14}  {:>6}  {:>6}", "", "cut", "sides", "planted side", "cost", "mean");
    let row = |name: &str, side: &[bool], of_chains: Option<&plumbline::samplers::Annealing<f32>>| {
        let first = side.iter().filter(|side| **side).count();
        let alike = side.iter().zip(&graph.planted).filter(|(a, b)| a == b).count();
        let sides = format!("{first} + {}", NODES - first);
        let planted = format!("{} of {NODES}", alike.max(NODES - alike));
        // Without chains the cost is that of the state, which λ (a − b)² / 4 adds to.
        let unequal = f64::from(options.balance) * (2.0 * first as f64 - NODES as f64).powi(2) / 4.0;
        let best = of_chains.map_or(graph.cut(side) as f64 + unequal, |chains| chains.energy + constant);
        let mean = of_chains.and_then(|chains| chains.mean_energies.last());
        let mean = mean.map_or(String::new(), |energy| format!("{:.1}", energy + constant));
        println!("{name:>10}  {:>5}  {sides:>9}  {planted:>14}  {best:>6.1}  {mean:>6}", graph.cut(side));
    };
    let mut random = graph.planted.clone();
    random.shuffle(rng);
    row("random", &random, None);
    row("quenched", &side(&quenched.state), Some(&quenched));
    row("planted", &graph.planted, None);
    row("annealed", &side(&annealed.state), Some(&annealed));
    println!(
        "\nedges cut: {} after annealing, {} between the communities that were planted",
        graph.cut(&side(&annealed.state)),
        graph.cut(&graph.planted)
    );
    Ok(())
}

fn side(state: &[f32]) -> Vec<bool> {
    state.iter().map(|&unit| unit == 1.0).collect()
}

/// A bar for the mean at every twentieth temperature or so, and the best so far beside it.
fn chart(options: &Options, costs: &[f64], best: &[f64]) {
    let (highest, last) = (costs.iter().copied().fold(0.0, f64::max), costs.len() - 1);
    println!("  {:10}  {:<50} {:>7} {:>7}", "", "", "mean", "best");
    let rows = last.min(15);
    for row in 0..=rows {
        let step = row * last / rows.max(1);
        let temperature = options.hot * (options.cold / options.hot).powf(step as f64 / last.max(1) as f64);
        let length = (50.0 * costs[step] / highest).round() as usize;
        println!("  T = {temperature:>6.2}  {:<50} {:>7.1} {:>7.1}", "█".repeat(length), costs[step], best[step]);
    }
}
