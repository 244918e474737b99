//! The notes' section "Adversarial Training": the value V, its derivatives, and the directions that the notes argue.

use plumbline::{
    prelude::*,
    train::{Adversarial, GeneratorLoss},
};

network! {
    /// G(z) = a z + b.
    Generator: [1] -> [1] { line: dense(1); }
    /// The logit of D(x) = σ(w x + c).
    Discriminator: [1] -> [1] { line: dense(1); }
}

type Number = (Const<1>,);

/// a, b, w and c.
const PARAMETERS: [f64; 4] = [0.8, -0.5, 1.2, 0.3];
/// The samples of the data and of the noise.
const X: [f64; 3] = [1.0, 1.5, 0.25];
const Z: [f64; 3] = [-0.4, 0.9, 0.1];

fn networks([a, b, w, c]: [f64; 4]) -> (Generator<f64>, Discriminator<f64>) {
    let (mut generator, mut discriminator) = (Generator::initialized(1), Discriminator::initialized(1));
    for (index, values) in [[a, b], [w, c]].into_iter().enumerate() {
        for (tensor, value) in values.into_iter().enumerate() {
            let parameter = match index {
                0 => generator.tensor_mut(tensor),
                _ => discriminator.tensor_mut(tensor),
            };
            parameter.values.fill(value);
        }
    }
    (generator, discriminator)
}

fn batch(values: &[f64]) -> Batch<Number, f64> {
    Batch::from_vec(values.to_vec()).unwrap()
}

/// V(D, G) over the samples, by the notes' formula.
fn value([a, b, w, c]: [f64; 4]) -> f64 {
    let d = |x: f64| 1.0 / (1.0 + (-(w * x + c)).exp());
    let real: f64 = X.iter().map(|&x| d(x).ln()).sum();
    let fake: f64 = Z.iter().map(|&z| (1.0 - d(a * z + b)).ln()).sum();
    (real + fake) / 3.0
}

/// ∂V/∂a, ∂V/∂b, ∂V/∂w and ∂V/∂c, by hand: d ln σ(s) / ds = 1 − σ(s), d ln(1 − σ(s)) / ds = −σ(s).
fn derivatives([a, b, w, c]: [f64; 4]) -> [f64; 4] {
    let d = |x: f64| 1.0 / (1.0 + (-(w * x + c)).exp());
    let mut sums = [0.0; 4];
    for x in X {
        sums[2] += (1.0 - d(x)) * x;
        sums[3] += 1.0 - d(x);
    }
    for z in Z {
        let x = a * z + b;
        sums[0] -= d(x) * w * z;
        sums[1] -= d(x) * w;
        sums[2] -= d(x) * x;
        sums[3] -= d(x);
    }
    sums.map(|sum| sum / 3.0)
}

/// V and its four derivatives by the library: the loss of the discriminator is −V, the minimax loss of the generator is what V has of it.
fn by_the_library(parameters: [f64; 4]) -> (f64, [f64; 4]) {
    let (generator, discriminator) = networks(parameters);
    let (mut g_pass, mut d_pass) = (generator.pass(3), discriminator.pass(3));
    let (mut g_gradients, mut real, mut fake) =
        (generator.gradients(), discriminator.gradients(), discriminator.gradients());
    let samples = generator.forward_train(&batch(&Z), &mut g_pass).to_batch();
    let ones = batch(&[1.0; 3]);
    let loss = BinaryCrossEntropy::new();
    let of_real = loss.step(&discriminator, batch(&X), &ones, &mut d_pass, &mut real).unwrap();
    let of_fake = loss.step(&discriminator, &samples, &batch(&[0.0; 3]), &mut d_pass, &mut fake).unwrap();
    let logits = discriminator.forward_train(&samples, &mut d_pass);
    let (minimax, d_logits) = GeneratorLoss::Minimax.value_and_gradient(logits.as_slice());
    assert!((minimax + of_fake).abs() < 1e-15);
    let d_samples = discriminator.backward(&batch(&d_logits), &mut d_pass, &mut fake.clone()).unwrap().to_batch();
    generator.backward(&d_samples, &mut g_pass, &mut g_gradients).unwrap();
    let of_d = |tensor: usize| -(real.tensor(tensor).values[0] + fake.tensor(tensor).values[0]);
    let of_g = |tensor: usize| g_gradients.tensor(tensor).values[0];
    (-(of_real + of_fake), [of_g(0), of_g(1), of_d(0), of_d(1)])
}

#[test]
fn adversarial_training_value_and_derivatives() {
    let (found, gradients) = by_the_library(PARAMETERS);
    let (expected, by_hand) = (value(PARAMETERS), derivatives(PARAMETERS));
    super::assert_near(found, expected, 9);
    for (index, (found, expected)) in gradients.into_iter().zip(by_hand).enumerate() {
        super::assert_near(found, expected, 9);
        // The hand's formulas, too, against the value's difference.
        let h = 1e-5;
        let at = |step: f64| {
            let mut moved = PARAMETERS;
            moved[index] += step;
            value(moved)
        };
        super::assert_near(expected, (at(h) - at(-h)) / (2.0 * h), 8);
    }
}

/// When G(z) does not look like data, D(G(z)) is small and ln(1 − D(G(z))) is large; as it comes to look like data, D(G(z)) rises and ln(1 − D(G(z))) falls.
#[test]
fn adversarial_training_directions() {
    let [a, b, w, c] = PARAMETERS;
    let score = |b: f64| {
        let (generator, discriminator) = networks([a, b, w, c]);
        let scores = discriminator.forward(&generator.forward(&batch(&Z))).sigmoid();
        let mean = scores.as_slice().iter().sum::<f64>() / 3.0;
        let ln = scores.as_slice().iter().map(|d| (1.0 - d).ln()).sum::<f64>() / 3.0;
        (mean, ln)
    };
    // The data lie near 1; b moves the samples towards them.
    let ways: Vec<(f64, f64)> = [-4.0, -2.0, -0.5, 0.9].into_iter().map(score).collect();
    assert!(ways.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 > pair[1].1));
    // A step down the gradient of ln(1 − D(G(z))) makes a better G, and so does one of the loss that does not saturate: D(G(z)) rises.
    let (_, gradients) = by_the_library(PARAMETERS);
    assert!(score(b - 0.1 * gradients[1]).0 > score(b).0);
    // A step up the gradient of V makes a better D.
    let better = [a, b, w + 0.1 * gradients[2], c + 0.1 * gradients[3]];
    assert!(value(better) > value(PARAMETERS));
}

/// One step of the algorithm changes each network the way that its gradient says.
#[test]
fn adversarial_training_algorithm() {
    let (generator, discriminator) = networks(PARAMETERS);
    let data = batch(&X);
    let mut gan = Adversarial::new(generator, discriminator)
        .optimizers(Sgd::new(0.05), Sgd::new(0.05))
        .loss(GeneratorLoss::Minimax)
        .batch_size(3)
        .epochs(1)
        .quiet();
    gan.fit(&data).unwrap();
    let (generator, discriminator) = gan.into_networks();
    // The samples lie below the data at first: G moves up, and D's line becomes steeper.
    assert!(generator.tensor(1).values[0] > PARAMETERS[1]);
    assert!(discriminator.tensor(0).values[0] > PARAMETERS[2]);
}
