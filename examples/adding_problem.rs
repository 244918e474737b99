//! Many to one, and the notes' vanishing gradient: the sum of the two marked numbers among a hundred, by a tanh RNN, by a ReLU RNN that begins with
//! the identity (Le, Jaitly & Hinton, 2015), and by an LSTM. Who learns nothing guesses 1, whose mean squared error is 1/6.
//!
//! `cargo run --release --example adding_problem -- --length 100 --steps 3000 --svg .`

mod exit;

use std::{num::NonZeroUsize, path::PathBuf, process::ExitCode};

use clap::Parser;
use plumbline::{prelude::*, report::GradientFlow, train::Criterion};
use rand::{RngExt, SeedableRng, rngs::StdRng};

network! {
    /// An Elman network, whose gradient vanishes over so many steps.
    TanhRnn: [_, 2] -> [1] {
        memory: rnn(64);
        last;
        sum: dense(1);
    }

    /// The notes' cure: rectified units, and the identity to begin with.
    IdentityRnn: [_, 2] -> [1] {
        memory: rnn(64, activation = relu, init = identity);
        last;
        sum: dense(1);
    }

    /// Cells that gates keep.
    Gated: [_, 2] -> [1] {
        memory: lstm(64);
        last;
        sum: dense(1);
    }
}

/// The sum of two marked numbers, by three networks with memory.
#[derive(Parser)]
struct Options {
    /// Numbers of a sequence.
    #[arg(long, default_value = "100")]
    length: NonZeroUsize,
    /// Training steps, each on sequences that were never seen.
    #[arg(long, default_value_t = 3_000)]
    steps: usize,
    /// Sequences a step.
    #[arg(long, default_value = "32")]
    batch: NonZeroUsize,
    /// A folder for drawings of the gradient's way back through the trained networks.
    #[arg(long)]
    svg: Option<PathBuf>,
    /// The seed of the sequences and the weights.
    #[arg(long, default_value_t = 42)]
    seed: u64,
}

type Sequences = Batch<TanhRnnInput>;
type Sums = Batch<TanhRnnOutput>;

fn main() -> ExitCode {
    exit::code(program(&Options::parse()))
}

fn program(options: &Options) -> Result<(), Box<dyn std::error::Error>> {
    let mut tanh = Learner::new(TanhRnn::new(options.seed), 1e-3);
    let mut identity = Learner::new(IdentityRnn::new(options.seed), 1e-3);
    let mut gated = Learner::new(Gated::new(options.seed), 1e-2);
    let mut rng = StdRng::seed_from_u64(options.seed);
    let test = problems(1_000, options.length.get(), &mut rng)?;
    let flows = |tanh: &Learner<TanhRnn>, identity: &Learner<IdentityRnn>, gated: &Learner<Gated>, when: &str| {
        println!("how much of the gradient at the last step reaches the first, {when} training");
        for (name, flow) in
            [("tanh RNN", tanh.flow(&test)?), ("identity RNN", identity.flow(&test)?), ("LSTM", gated.flow(&test)?)]
        {
            println!("{name:>14}: {}", reach(&flow));
        }
        Ok::<(), Box<dyn std::error::Error>>(())
    };
    flows(&tanh, &identity, &gated, "before")?;
    println!("\nmean squared error on 1000 sequences of {}; a guess of 1 has {:.4}", options.length, 1.0 / 6.0);
    println!("{:>8} {:>12} {:>14} {:>12}", "steps", "tanh RNN", "identity RNN", "LSTM");
    let between = (options.steps / 10).max(1);
    for step in 0..=options.steps {
        if step % between == 0 {
            let errors = [tanh.error(&test)?, identity.error(&test)?, gated.error(&test)?];
            println!("{step:>8} {:>12.5} {:>14.5} {:>12.5}", errors[0], errors[1], errors[2]);
        }
        if step < options.steps {
            let (x, sums) = problems(options.batch.get(), options.length.get(), &mut rng)?;
            // The rate falls in a line, so that what is found is kept.
            let left = 1.0 - step as f64 / options.steps as f64;
            tanh.learn(&x, &sums, left)?;
            identity.learn(&x, &sums, left)?;
            gated.learn(&x, &sums, left)?;
        }
    }
    println!();
    flows(&tanh, &identity, &gated, "after")?;
    if let Some(folder) = &options.svg {
        tanh.flow(&test)?.save_svg(folder.join("tanh_rnn.svg"))?;
        identity.flow(&test)?.save_svg(folder.join("identity_rnn.svg"))?;
        gated.flow(&test)?.save_svg(folder.join("lstm.svg"))?;
    }
    println!(
        "\nmean squared error: tanh RNN {:.4}, identity RNN {:.4}, LSTM {:.4}; a guess of 1 has {:.4}",
        tanh.error(&test)?,
        identity.error(&test)?,
        gated.error(&test)?,
        1.0 / 6.0
    );
    Ok(())
}

/// ‖∂C/∂h_1‖ / ‖∂C/∂h_T‖, beside the notes' bound, or by way of the cells.
fn reach(flow: &GradientFlow) -> String {
    let Some(layer) = flow.layers.first() else { return String::new() };
    let ratio = |norms: &[f64]| norms[0] / norms[norms.len() - 1];
    let also = match (&layer.bound, &layer.cell) {
        (Some(bound), _) => format!(", the bound says {:.1e} at most", ratio(bound)),
        (None, Some(cell)) => format!(", through its cells {:.1e}", ratio(cell)),
        (None, None) => String::new(),
    };
    format!("{:.1e}{also}", ratio(&layer.hidden))
}

/// A network, and what trains it.
struct Learner<N: Trainable> {
    net: N,
    adam: Adam,
    /// Adam's rate at the beginning.
    rate: f64,
    pass: Pass<N>,
    gradients: Gradients<N>,
}

impl<N: Trainable<Element = f32, Input = TanhRnnInput, Output = TanhRnnOutput>> Learner<N> {
    fn new(net: N, rate: f64) -> Self {
        let (pass, gradients) = (net.pass(0), net.gradients());
        Learner { net, adam: Adam::new(rate), rate, pass, gradients }
    }

    fn learn(&mut self, x: &Sequences, sums: &Sums, left: f64) -> Result<(), Box<dyn std::error::Error>> {
        MeanSquaredError.step(&self.net, x, sums, &mut self.pass, &mut self.gradients)?;
        self.gradients.clip_norm(1.0)?;
        self.adam.set_rate(self.rate * left);
        self.adam.step(&mut self.net, &self.gradients)?;
        Ok(())
    }

    fn flow(&self, (x, sums): &(Sequences, Sums)) -> Result<GradientFlow, Box<dyn std::error::Error>> {
        Ok(GradientFlow::measure(&self.net, &MeanSquaredError, x, sums)?)
    }

    fn error(&self, (x, sums): &(Sequences, Sums)) -> Result<f64, Box<dyn std::error::Error>> {
        let test = Dataset::new(x.clone(), sums.clone())?;
        Ok(Trainer::new(Adam::<f32>::new(1e-3), MeanSquaredError).evaluate(&self.net, &test)?.loss)
    }
}

/// Sequences of uniform numbers with a mark on one in each half, and the sums of the two that are marked.
fn problems(count: usize, length: usize, rng: &mut StdRng) -> Result<(Sequences, Sums), Box<dyn std::error::Error>> {
    let (mut steps, mut sums) = (Vec::with_capacity(2 * count * length), Vec::with_capacity(count));
    for _ in 0..count {
        let first = rng.random_range(0..length.div_ceil(2));
        let second = rng.random_range(length / 2..length);
        let mut sum = 0.0;
        for step in 0..length {
            let number: f32 = rng.random();
            let marked = step == first || step == second;
            sum += if marked { number } else { 0.0 };
            steps.extend([number, f32::from(u8::from(marked))]);
        }
        sums.push(sum);
    }
    Ok((Batch::from_vec_of(steps, &[length, 2])?, Batch::from_vec(sums)?))
}
