//! Shows what one hidden layer adds: the plane is bent until XOR, which no line separates, falls apart into its two classes.
//!
//! `cargo run --release --example xor -- --steps 400`

use clap::Parser;
use plumbline::{prelude::*, report::Plot};

network! {
    /// Three hidden units; the logit of "just one of the two is 1".
    Xor: [2] -> [1] {
        hidden: dense(3), tanh;
        logit: dense(1);
    }
}

/// Gradient descent on four points.
#[derive(Parser)]
struct Options {
    /// Steps, each with all four points.
    #[arg(long, default_value_t = 300)]
    steps: usize,
    /// The learning rate.
    #[arg(long, default_value_t = 0.5)]
    rate: f64,
    /// The seed of the weights.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let options = Options::parse();
    let xor = data::xor();
    let mut net = Xor::new(options.seed);
    let mut pass = net.pass(xor.len());
    let mut gradients = net.gradients();
    let mut sgd = Sgd::new(options.rate).momentum(0.9);
    let loss = BinaryCrossEntropy::new();

    println!("{}", Xor::summary());
    let report_every = (options.steps / 6).max(1);
    for step in 0..=options.steps {
        let logits = net.forward_train(xor.inputs(), &mut pass);
        let (value, d_logits) = loss.value_and_gradient(&logits, xor.targets())?;
        if step % report_every == 0 {
            println!("step {step:>4}: loss {value:.4} {}", "█".repeat((50.0 * value).round() as usize));
        }
        net.backward(&d_logits, &mut pass, &mut gradients)?;
        sgd.step(&mut net, &gradients)?;
    }

    println!("\n x₁ x₂   σ(logit)   target");
    let logits = net.forward(xor.inputs());
    for ((x, &logit), target) in
        xor.inputs().as_slice().chunks_exact(2).zip(logits.as_slice()).zip(xor.targets().iter())
    {
        println!("  {}  {}   {:>8.4}   {target:>6}", x[0], x[1], 1.0 / (1.0 + (-logit).exp()));
    }

    println!("\nwhere the network answers 1 (shaded), with the points of class 0 (o) and 1 (x)");
    let classes = |centres: &[[f64; 2]]| -> Vec<usize> {
        let centres = Batch::from_vec(centres.concat().into_iter().map(|x| x as f32).collect());
        let logits = centres.map(|centres| net.forward(&centres).into_vec()).unwrap_or_default();
        logits.into_iter().map(|logit| usize::from(logit > 0.0)).collect()
    };
    let plot = Plot::new(-0.5..1.5, -0.5..1.5, 48, 20).regions(classes);
    let points = xor.inputs().as_slice().chunks_exact(2).zip(xor.targets().iter());
    let plot = points.fold(plot, |plot, (x, class)| plot.point([x[0].into(), x[1].into()], class));
    print!("{plot}");
    let right =
        logits.as_slice().iter().zip(xor.targets().iter()).filter(|(logit, class)| (**logit > 0.0) == (*class == 1));
    println!("\npoints on the right side: {} of {}", right.count(), xor.len());
    Ok(())
}
