//! The notes' sections "Autoencoders" and "Denoising Autoencoder": what is learned, the tied weights of the example, and the two losses.

use ndarray::{Array1, Array2, array};
use plumbline::prelude::*;

use super::assert_near;

network! {
    /// Three inputs, two hidden units, and W′ = Wᵀ.
    Autoencoder: [3] -> [3] {
        encoder: dense(2, bias = false);
        decoder: dense(3, tied = encoder, bias = false);
    }

    /// g(f(x̃)), where C(x̃ | x) leaves each input out with probability ½.
    Denoiser: [3] -> [3] {
        corruption: masking_noise(0.5);
        encoder: dense(2), tanh;
        decoder: dense(3, tied = encoder);
    }
}

/// W, a row for each hidden unit, as the notes write it.
fn weight() -> Array2<f64> {
    array![[0.2, -0.4, 0.5], [0.7, 0.1, -0.3]]
}

/// 003, autoencoders: x̄ = Wᵀ W x, and L(x, x̄) = ‖x − x̄‖²; the gradient of the one weight is the sum of those of its two uses.
#[test]
fn tied_weights() {
    let mut net = Autoencoder::<f64>::initialized(1);
    net.encoder.weight_mut().assign(&weight());
    let x = array![1.0, 0.5, -2.0];
    let hidden: Array1<f64> = weight().dot(&x);
    let back: Array1<f64> = weight().t().dot(&hidden);
    let batch = Batch::from_vec(x.to_vec()).unwrap();
    for (found, expected) in net.forward(&batch).as_slice().iter().zip(&back) {
        assert_near(*found, *expected, 12);
    }
    // `SquaredError` has the factor ½.
    let (mut pass, mut gradients) = (net.pass(1), net.gradients());
    let loss = 2.0 * SquaredError.step(&net, &batch, &batch, &mut pass, &mut gradients).unwrap();
    let error = &back - &x;
    assert_near(loss, error.dot(&error), 12);
    let column = |v: &Array1<f64>| v.clone().insert_axis(ndarray::Axis(1));
    let row = |v: &Array1<f64>| v.clone().insert_axis(ndarray::Axis(0));
    // ½ ∂L/∂W = h (x̄ − x)ᵀ as the decoder's, W (x̄ − x) xᵀ as the encoder's.
    let expected = column(&hidden).dot(&row(&error)) + column(&weight().dot(&error)).dot(&row(&x));
    for (found, expected) in gradients.encoder.weight().iter().zip(&expected) {
        assert_near(*found, *expected, 12);
    }
}

/// 003, autoencoders: h_{W,b}(x) ≈ x where the hidden layer is smaller than the input and the data are no more than it can hold.
#[test]
fn an_undercomplete_autoencoder_learns_what_there_is() {
    let points = (0..300).flat_map(|n| {
        let [a, b] = [(1.7 * n as f64).sin(), (2.3 * n as f64).cos()];
        [a, b, 0.5 * a - b]
    });
    let data = Dataset::from(Batch::<AutoencoderInput, f64>::from_vec(points.collect()).unwrap());
    let mut net = Autoencoder::<f64>::initialized(1);
    let mut trainer = Trainer::new(Adam::new(1e-2), MeanSquaredError).epochs(60);
    trainer.fit(&mut net, &data).unwrap();
    let loss = trainer.evaluate(&net, &data).unwrap().loss;
    assert!(loss < 1e-4, "the error is {loss}");
}

/// 003, denoising autoencoder: the traditional loss is L(x, x̂), the denoiser's L(x, g(f(x̃))) with x the uncorrupted input.
#[test]
fn denoising_loss() {
    let net = Denoiser::<f64>::initialized(1);
    let x = Batch::from_vec((0..30).map(|i| (i as f64).sin()).collect()).unwrap();
    let (mut pass, mut gradients) = (net.pass(10), net.gradients());
    pass.set_seed(7);
    let denoised = net.forward_train(&x, &mut pass).to_batch();
    pass.set_seed(7);
    let loss = 2.0 * SquaredError.step(&net, &x, &x, &mut pass, &mut gradients).unwrap();
    let distance = |y: &Batch<DenoiserOutput, f64>| {
        y.as_slice().iter().zip(x.as_slice()).map(|(y, x)| (x - y).powi(2)).sum::<f64>() / 10.0
    };
    assert_near(loss, distance(&denoised), 12);
    // Inference corrupts nothing.
    assert!((distance(&net.forward(&x)) - loss).abs() > 1e-3);
}
