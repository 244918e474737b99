//! The notes' sections "Autoencoders", "Stacked Autoencoder" and "Denoising Autoencoder": what is learned, the tied weights of the example, layers as feature
//! extractors, and the two losses.

use ndarray::{Array1, Array2, array};
use plumbline::{
    layers::Sigmoid,
    prelude::*,
    train::{Autoencoding, Pretraining, Reconstruction},
};

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

    /// Feature extractors, and a classifier on top.
    Stack: [12] -> [3] {
        first: dense(12), sigmoid;
        second: dense(12), sigmoid;
        third: dense(12), sigmoid;
        fourth: dense(12), sigmoid;
        fifth: dense(12), sigmoid;
        logits: dense(3);
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
        let [a, b] = [(1.7 * f64::from(n)).sin(), (2.3 * f64::from(n)).cos()];
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
    let x = Batch::from_vec((0..30).map(|i| f64::from(i).sin()).collect()).unwrap();
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

/// 003, stacked autoencoder: layers trained as autoencoders extract features, a classifier on top makes it supervised, and the gradient that vanishes from
/// random weights is there.
#[test]
fn stacked_autoencoder() -> Result<(), Box<dyn std::error::Error>> {
    let centre = |n: usize| 5.5 + 5.0 * (1.7 * n as f32).sin();
    let bump = |n: usize| (0..12).map(move |i| (-(i as f32 - centre(n)).powi(2) / 3.0).exp());
    let inputs = Batch::<StackInput>::from_vec((0..600).flat_map(bump).collect())?;
    let labels = Labels::<3>::new((0..600).map(|n| ((centre(n) / 4.0) as u32).min(2)))?;
    let data = Dataset::new(inputs, labels)?;

    let random = Stack::new(1);
    let mut pretrained = random.clone();
    let layer = || {
        Autoencoding::new().epochs(60).learning_rate(1e-2).reconstruction(Reconstruction::CrossEntropy).seed(1).quiet()
    };
    Pretraining::<Stack>::new()
        .dense(|net| &mut net.first, Sigmoid, layer())
        .dense(|net| &mut net.second, Sigmoid, layer())
        .dense(|net| &mut net.third, Sigmoid, layer())
        .dense(|net| &mut net.fourth, Sigmoid, layer())
        .dense(|net| &mut net.fifth, Sigmoid, layer())
        .fit(&mut pretrained, data.inputs())?;

    // The gradient of the first layer, and the accuracy after the same training with labels.
    let run = |mut net: Stack| -> Result<(f32, f64), Box<dyn std::error::Error>> {
        let mut gradients = net.gradients();
        CrossEntropy::new().step(&net, data.inputs(), data.targets(), &mut net.pass(600), &mut gradients)?;
        let norm = gradients.first.weight().iter().map(|d| d * d).sum::<f32>().sqrt();
        Trainer::new(Sgd::new(0.1), CrossEntropy::new()).epochs(20).quiet().fit(&mut net, &data)?;
        Ok((norm, Accuracy.measure(&net.forward(data.inputs()), data.targets())?))
    };
    let ((vanished, chance), (there, learned)) = (run(random)?, run(pretrained)?);
    assert!(
        there > 10.0 * vanished,
        "the gradient of the first layer is {vanished} from random weights, {there} after pretraining"
    );
    assert!(learned > chance + 0.3, "the accuracy is {chance} from random weights, {learned} after pretraining");
    Ok(())
}
