//! Shows training without a trainer, every step in sight: arrays become batches, then forward, loss, backward, clipping, step; and
//! what only a loop of one's own gets at: gradients by name, and the gradient of the loss with respect to an image.
//!
//! `cargo run --release --example explicit_loop -- --epochs 8`

use std::num::NonZeroUsize;

use clap::Parser;
use ndarray::Array4;
use plumbline::{prelude::*, report::Picture, train::Metric};

network! {
    /// One hidden layer on 28 × 28 grey images.
    Classifier: [1, 28, 28] -> [10] {
        flatten;
        hidden: dense(64), relu;
        logits: dense(10);
    }
}

/// A loop of one's own on generated digits.
#[derive(Parser)]
struct Options {
    /// Passes over the training images.
    #[arg(long, default_value_t = 5)]
    epochs: u64,
    /// Images to generate; a tenth is held out.
    #[arg(long, default_value_t = 6_000)]
    samples: usize,
    /// Images a step.
    #[arg(long, default_value = "32")]
    batch: NonZeroUsize,
    /// The seed of the images, the weights and the order.
    #[arg(long, default_value_t = 42)]
    seed: u64,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let options = Options::parse();
    let batch = options.batch.get();
    let (train, test) = data::digits(options.samples, options.seed).split(0.9)?;

    let mut net = Classifier::new(options.seed);
    let mut pass = net.pass(batch);
    let mut gradients = net.gradients();
    let mut sgd = Sgd::new(0.05).momentum(0.9);
    let loss = CrossEntropy::new();

    println!("epoch    loss   ‖∂C/∂θ‖ of hidden and of logits   test accuracy");
    for epoch in 1..=options.epochs {
        let train = train.shuffled(options.seed ^ epoch);
        let mut sum = 0.0;
        for start in (0..train.len()).step_by(batch) {
            let (x, labels) = train.rows(start..start + batch);
            let logits = net.forward_train(&x, &mut pass);
            let (value, d_logits) = loss.value_and_gradient(&logits, &labels)?;
            net.backward(&d_logits, &mut pass, &mut gradients)?;
            gradients.clip_norm(5.0)?;
            sgd.step(&mut net, &gradients)?;
            sum += value * x.samples() as f32;
        }
        // Gradients have the network's fields, and those hand out arrays.
        let norm = |weight: ndarray::ArrayView2<'_, f32>| weight.iter().map(|x| x * x).sum::<f32>().sqrt();
        let norms = [norm(gradients.hidden.weight()), norm(gradients.logits.weight())];
        let accuracy = Accuracy.measure(&net.forward(test.inputs()), test.targets())?;
        let mean = sum / train.len().max(1) as f32;
        println!("{epoch:>5}  {mean:>6.3}   {:>16.3} {:>14.3}   {accuracy:>13.4}", norms[0], norms[1]);
    }

    // The gradient with respect to the input: which pixels would make this image look less like what it is.
    let one = data::digits(10, options.seed + 1).take(1);
    let logits = net.forward_train(one.inputs(), &mut pass);
    let (_, d_logits) = loss.value_and_gradient(&logits, one.targets())?;
    let d_image = net.backward(&d_logits, &mut pass, &mut gradients)?;
    let largest = d_image.as_slice().iter().fold(f32::MIN_POSITIVE, |largest, x| largest.max(x.abs()));
    let strength: Vec<f32> = d_image.as_slice().iter().map(|x| 1.25 * x.abs() / largest).collect();
    println!("\nan image, and the pixels that its loss depends on most");
    print!("{}", Picture::new(28, one.inputs().as_slice()).beside(Picture::new(28, &strength)));

    // Arrays of any memory order go in, once their shape was checked; a wrong one is an error and not a panic.
    let blank = Array4::<f32>::zeros((3, 1, 28, 28));
    println!("\nlogits of 3 blank images: {:?}", net.forward(&Batch::try_from(blank.view())?).to_array().shape());
    if let Err(error) = Batch::<(Const<1>, Const<28>, Const<28>)>::try_from(Array4::<f32>::zeros((3, 28, 28, 1)).view())
    {
        println!("and of images with their channel last: {error}");
    }
    Ok(())
}
