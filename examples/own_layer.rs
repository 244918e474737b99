//! Shows a layer of one's own: radial basis functions, which no built-in layer calculates, between layers that are. Shapes are checked
//! across the boundary, gradients are checked against finite differences, and the network learns two spirals.
//!
//! `cargo run --release --example own_layer -- --epochs 60`

use clap::Parser;
use plumbline::train::GradientCheck;
use plumbline::{Layer, prelude::*};
use rand::{RngExt, rngs::StdRng};

/// The number of centres.
const CENTRES: usize = 48;

/// yᵢ = exp(−4 ‖x − cᵢ‖²): how near a point of the plane is to each learned centre.
#[derive(Clone, Debug)]
struct Radial<E = f32>(Vec<E>);

impl<E: Element> Layer for Radial<E> {
    type Element = E;
    type Input = (Const<2>,);
    type Output = (Const<CENTRES>,);
    const PARAMETERS: &'static [(&'static str, &'static [usize])] = &[("centres", &[CENTRES, 2])];
    const OPERATIONS: u64 = 7 * CENTRES as u64;
    fn drawn(rng: &mut StdRng) -> Self {
        Radial((0..2 * CENTRES).map(|_| E::from_f64(rng.random_range(-1.0..1.0))).collect())
    }
    fn values(&self, _: usize) -> &[E] {
        &self.0
    }
    fn values_mut(&mut self, _: usize) -> &mut [E] {
        &mut self.0
    }
    fn forward_sample(&self, x: &[E], y: &mut [E]) {
        for (y, c) in y.iter_mut().zip(self.0.chunks_exact(2)) {
            *y = (E::from_f64(-4.0) * ((x[0] - c[0]).powi(2) + (x[1] - c[1]).powi(2))).exp();
        }
    }
    fn backward_sample(&self, x: &[E], y: &[E], d_y: &[E], d_x: &mut [E], gradient: &mut [E]) {
        d_x.fill(E::zero());
        for (i, c) in self.0.chunks_exact(2).enumerate() {
            for axis in 0..2 {
                let d = E::from_f64(-8.0) * (x[axis] - c[axis]) * y[i] * d_y[i];
                d_x[axis] += d;
                gradient[2 * i + axis] -= d;
            }
        }
    }
}

plumbline::layer!(Radial);

network! {
    /// Points of the plane, seen from learned centres.
    Spirals: [2] -> [2] {
        radial: Radial -> [48];
        hidden: dense(32), tanh;
        logits: dense(2);
    }
}

/// A layer of one's own in a network.
#[derive(Parser)]
struct Options {
    /// Passes over the training points.
    #[arg(long, default_value_t = 60)]
    epochs: usize,
    /// Points to generate; a fifth is held out.
    #[arg(long, default_value_t = 2_000)]
    samples: usize,
    /// The seed of the points, the weights and the order.
    #[arg(long, default_value_t = 7)]
    seed: u64,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let options = Options::parse();
    let (train, test) = data::spirals(options.samples, 0.05, options.seed).split(0.8)?;

    let few = train.take(20).cast::<f64>();
    let exact = Spirals::<f64>::initialized(options.seed);
    let report = GradientCheck::new().run(&exact, few.inputs(), few.targets(), &CrossEntropy::new())?;
    println!("gradients against finite differences: relative error {:.1e}", report.error());

    let mut net = Spirals::new(options.seed);
    println!("{}", Spirals::summary());
    let history = Trainer::new(Adam::new(1e-2), CrossEntropy::new())
        .epochs(options.epochs)
        .batch_size(32)
        .seed(options.seed)
        .validate(&test)
        .metric(Accuracy)
        .fit(&mut net, &train)?;
    if let Some(epoch) = history.epochs.last() {
        println!("{epoch}");
    }
    Ok(())
}
