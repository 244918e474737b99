//! Shows a network that learns to tell two spirals apart: its regions, drawn again and again while it trains.
//!
//! `cargo run --release --example spirals -- --epochs 200 --noise 0.03`

use clap::Parser;
use plumbline::{data::Plane, prelude::*, report::Plot, train::Metric};

network! {
    /// Two hidden layers on points of the plane.
    Spirals: [2] -> [2] {
        first: dense(32), relu;
        second: dense(32), relu;
        logits: dense(2);
    }
}

/// Two spirals, and the regions that a network gives them.
#[derive(Parser)]
struct Options {
    /// Passes over the points; a drawing after a thirtieth of them, after a fifth, and at the end.
    #[arg(long, default_value_t = 150)]
    epochs: usize,
    /// Points to generate; a fifth is held out.
    #[arg(long, default_value_t = 1_000)]
    samples: usize,
    /// The standard deviation of the points around their spiral.
    #[arg(long, default_value_t = 0.02)]
    noise: f64,
    /// The seed of the points, the weights and the order.
    #[arg(long, default_value_t = 42)]
    seed: u64,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let options = Options::parse();
    let (train, test) = data::spirals(options.samples, options.noise, options.seed).split(0.8)?;
    println!("{}", Spirals::summary());
    let mut net = Spirals::new(options.seed);
    let mut trainer = Trainer::new(Adam::new(1e-2), CrossEntropy::new()).batch_size(32).quiet();
    let mut done = 0;
    for epochs in [options.epochs / 30, options.epochs / 5, options.epochs] {
        trainer = trainer.epochs(epochs - done).seed(options.seed ^ epochs as u64);
        trainer.fit(&mut net, &train)?;
        done = epochs;
        let accuracy = Accuracy.measure(&net.forward(test.inputs()), test.targets())?;
        println!("after {epochs} epochs, held-out accuracy {accuracy:.4}\n{}", draw(&net, &test));
    }
    println!("test accuracy: {:.4}", Accuracy.measure(&net.forward(test.inputs()), test.targets())?);
    Ok(())
}

/// The regions of the two classes, with some of the points (o and x) on top.
fn draw(net: &Spirals, points: &Dataset<Plane, Labels<2>>) -> Plot {
    let classes = |centres: &[[f64; 2]]| -> Vec<usize> {
        let centres = Batch::from_vec(centres.concat().into_iter().map(|x| x as f32).collect());
        let logits = centres.map(|centres| net.forward(&centres).into_vec()).unwrap_or_default();
        logits.chunks_exact(2).map(|logits| usize::from(logits[1] > logits[0])).collect()
    };
    let plot = Plot::new(-1.1..1.1, -1.1..1.1, 64, 30).regions(classes);
    let points = points.inputs().as_slice().chunks_exact(2).zip(points.targets().iter());
    points.fold(plot, |plot, (x, class)| plot.point([x[0].into(), x[1].into()], class))
}
