//! Trains one deep network of sigmoid layers twice: from random weights, and from weights that were pretrained layer by layer, as denoising autoencoders, on the same
//! images without their labels. From random weights the gradient does not reach the first layers.
//!
//! `cargo run --release --example stacked -- --samples 3000 --epochs 20`

use clap::Parser;
use plumbline::{
    layers::Sigmoid,
    prelude::*,
    train::{Autoencoding, Corruption, Metric, Pretraining, Reconstruction},
};

network! {
    /// Eight hidden layers of sigmoids.
    Deep: [1, 28, 28] -> [10] {
        flatten;
        h1: dense(200), sigmoid;
        h2: dense(150), sigmoid;
        h3: dense(120), sigmoid;
        h4: dense(100), sigmoid;
        h5: dense(80), sigmoid;
        h6: dense(60), sigmoid;
        h7: dense(50), sigmoid;
        h8: dense(40), sigmoid;
        logits: dense(10);
    }
}

/// A deep network of sigmoids with and without pretraining.
#[derive(Parser)]
struct Options {
    /// Digits to generate for the training.
    #[arg(long, default_value_t = 3_000)]
    samples: usize,
    /// Passes over the digits in the training with labels.
    #[arg(long, default_value_t = 20)]
    epochs: usize,
    /// Passes over the digits in the pretraining of each layer.
    #[arg(long, default_value_t = 15)]
    pretraining: usize,
    /// The seed of the digits, the weights and the order.
    #[arg(long, default_value_t = 42)]
    seed: u64,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let options = Options::parse();
    let (train, test) = (data::digits(options.samples, options.seed), data::digits(2_000, options.seed ^ 1));
    println!("{}", Deep::summary());

    let random = Deep::new(options.seed);
    let mut pretrained = random.clone();
    println!("pretraining, layer by layer");
    let layer =
        Autoencoding::new().epochs(options.pretraining).learning_rate(2e-3).corruption(Corruption::Masking(0.2));
    let layer = layer.reconstruction(Reconstruction::CrossEntropy).seed(options.seed);
    Pretraining::<Deep>::new()
        .dense(|net| &mut net.h1, Sigmoid, layer)
        .dense(|net| &mut net.h2, Sigmoid, layer)
        .dense(|net| &mut net.h3, Sigmoid, layer)
        .dense(|net| &mut net.h4, Sigmoid, layer)
        .dense(|net| &mut net.h5, Sigmoid, layer)
        .dense(|net| &mut net.h6, Sigmoid, layer)
        .dense(|net| &mut net.h7, Sigmoid, layer)
        .dense(|net| &mut net.h8, Sigmoid, layer)
        .callback(|layer| println!("{layer}"))
        .fit(&mut pretrained, train.inputs())?;

    let mut accuracies = Vec::new();
    for (name, mut net) in [("random", random), ("pretrained", pretrained)] {
        println!("training of the whole network from {name} weights");
        let mut trainer = Trainer::new(Sgd::new(0.1).momentum(0.9), CrossEntropy::new());
        trainer = trainer.epochs(options.epochs).batch_size(50).seed(options.seed);
        trainer = trainer.callback(|event: &plumbline::train::Event<'_>| {
            if let plumbline::train::Event::Epoch(epoch) = event
                && epoch.number % 5 == 0
            {
                println!("{epoch}");
            }
        });
        trainer.fit(&mut net, &train)?;
        accuracies.push(Accuracy.measure(&net.forward(test.inputs()), test.targets())?);
    }
    println!("test accuracy from random weights {:.4}, after pretraining {:.4}", accuracies[0], accuracies[1]);
    Ok(())
}
