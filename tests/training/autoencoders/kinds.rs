//! Each kind of autoencoder, from its network to its training.

use plumbline::{prelude::*, train::SparsityPenalty};

use super::{assert_close, batch};

network! {
    /// Three numbers to two and back, by lines: undercomplete.
    Undercomplete: [5] -> [5] { encoder: dense(2); decoder: dense(5); }
    TooNarrow: [5] -> [5] { encoder: dense(1); decoder: dense(5); }

    Tied: [3] -> [3] { encoder: dense(4), sigmoid; decoder: dense(3, tied = encoder); }
    Untied: [3] -> [3] { encoder: dense(4), sigmoid; decoder: dense(3); }

    /// The two halves of an autoencoder, each a network.
    Encoder: [12] -> [6] { first: dense(16), tanh; code: dense(6); }
    Decoder: [6] -> [12] { first: dense(16), tanh; pixels: dense(12); }
    Autoencoder: [12] -> [12] { encoder: Encoder; decoder: Decoder; }

    /// The same behind each corruption.
    Masked: [12] -> [12] { noise: masking_noise(0.3); inner: Autoencoder; }
    Salted: [12] -> [12] { noise: salt_and_pepper(0.2); inner: Autoencoder; }
    Blurred: [12] -> [12] { noise: gaussian_noise(0.3); inner: Autoencoder; }
    Masking: [12] -> [12] { masking_noise(0.3); }
    Salting: [12] -> [12] { salt_and_pepper(0.2); }
    Blurring: [12] -> [12] { gaussian_noise(0.3); }

    Sparse: [12] -> (reconstruction: [12], code: [30]) { code: dense(30), sigmoid; reconstruction: dense(12); }
    Contractive: [12] -> (reconstruction: [12], contraction: [1]) {
        code: dense(30), sigmoid;
        contraction: contractive_penalty;
        reconstruction: dense(12) <- code;
    }
    Variational: [12] -> (reconstruction: [12], divergence: [1]) {
        hidden: dense(16), tanh;
        mean: dense(2);
        log_variance: dense(2) <- hidden;
        divergence: gaussian_kl <- (mean, log_variance);
        code: sample <- (mean, log_variance);
        decoder: Generator;
        reconstruction: identity;
    }
    Generator: [2] -> [12] { first: dense(16), tanh; pixels: dense(12); }
}

/// Points of a plane in five dimensions.
fn plane(samples: usize) -> Batch<(Const<5>,)> {
    let axes = [[0.5, -0.5, 0.1, 0.7, 0.2], [-0.1, 0.4, 0.8, 0.2, -0.3]];
    let point = |n: usize| {
        let [a, b] = [(1.7 * n as f32).sin(), 0.6 * (2.3 * n as f32).cos()];
        (0..5).map(move |i| a * axes[0][i] + b * axes[1][i])
    };
    Batch::from_vec((0..samples).flat_map(point).collect()).unwrap()
}

/// Rows of twelve pixels, dark but for a bump that lies anywhere, from 0 to 1.
fn bumps(samples: usize, shift: f32) -> Batch<(Const<12>,)> {
    let bump = |n: usize| {
        let centre = 5.5 + 5.0 * (1.7 * n as f32 + shift).sin();
        (0..12).map(move |i| (-(i as f32 - centre).powi(2) / 3.0).exp())
    };
    Batch::from_vec((0..samples).flat_map(bump).collect()).unwrap()
}

#[test]
fn a_code_of_two_numbers_brings_back_a_plane_and_one_of_one_number_does_not() {
    let data = Dataset::from(plane(400));
    let mut trainer = Trainer::new(Adam::new(1e-2), MeanSquaredError).epochs(60);
    let mut wide = Undercomplete::new(1);
    trainer.fit(&mut wide, &data).unwrap();
    let wide = trainer.evaluate(&wide, &data).unwrap().loss;
    let mut narrow = TooNarrow::new(1);
    trainer.restart();
    trainer.fit(&mut narrow, &data).unwrap();
    let narrow = trainer.evaluate(&narrow, &data).unwrap().loss;
    assert!(wide < 1e-4, "two numbers leave {wide}");
    assert!(narrow > 100.0 * wide.max(1e-5), "one number leaves {narrow}, two {wide}");
}

#[test]
fn a_tied_autoencoder_has_one_weight_whose_gradient_is_the_sum_of_both_uses() {
    let x = batch::<(Const<3>,)>(40);
    let mut tied = Tied::<f64>::initialized(2);
    let data = Dataset::from(x.clone());
    Trainer::new(Adam::new(1e-2), MeanSquaredError).epochs(20).fit(&mut tied, &data).unwrap();
    let names: Vec<String> = tied.parameters().map(|tensor| tensor.name.to_string()).collect();
    assert_eq!(names, ["encoder.weight", "encoder.bias", "decoder.bias"]);

    let mut untied = Untied::<f64>::initialized(3);
    untied.encoder.weight_mut().assign(&tied.encoder.weight());
    untied.encoder.bias_mut().assign(&tied.encoder.bias());
    untied.decoder.weight_mut().assign(&tied.encoder.weight().t());
    untied.decoder.bias_mut().assign(&tied.decoder.bias());
    // W′ is Wᵀ after the training, to the last bit: the products are those of the transposed weight.
    assert_eq!(untied.decoder.weight().t(), tied.encoder.weight());
    assert_close(tied.forward(&x).as_slice(), untied.forward(&x).as_slice());

    let (mut one, mut two) = (tied.gradients(), untied.gradients());
    MeanSquaredError.step(&tied, &x, &x, &mut tied.pass(40), &mut one).unwrap();
    MeanSquaredError.step(&untied, &x, &x, &mut untied.pass(40), &mut two).unwrap();
    let values = |gradients: &[f64]| gradients.to_vec();
    let [one, encoder, decoder] =
        [values(one.tensor(0).values), values(two.tensor(0).values), values(two.tensor(2).values)];
    // Row j, column i of the encoder's weight is row i, column j of the decoder's.
    let sum: Vec<f64> = (0..12).map(|place| encoder[place] + decoder[place % 3 * 4 + place / 3]).collect();
    assert_close(&one, &sum);
}

#[test]
fn the_halves_of_an_autoencoder_are_networks_of_their_own() {
    let data = Dataset::from(bumps(100, 0.0));
    let mut net = Autoencoder::new(1);
    Trainer::new(Adam::new(1e-2), BinaryCrossEntropy::new()).epochs(2).fit(&mut net, &data).unwrap();
    let code: Batch<(Const<6>,)> = net.encoder.forward(data.inputs());
    assert_eq!(net.decoder.forward(&code), net.forward(data.inputs()));
}

/// A denoising autoencoder, and what a layer of noise alone makes of images.
fn denoises<N, C>(inner: impl Fn(&N) -> &Autoencoder)
where
    N: Trainable<Element = f32, Input = (Const<12>,), Output = (Const<12>,)> + Total,
    C: Trainable<Element = f32, Input = (Const<12>,), Output = (Const<12>,)> + Total,
{
    let (train, test) = (Dataset::from(bumps(600, 0.0)), bumps(200, 0.4));
    let mut trainer = Trainer::new(Adam::new(3e-3), BinaryCrossEntropy::new().on_any_output()).epochs(40);
    let (mut plain, mut denoising) = (Autoencoder::new(1), N::initialized(1));
    trainer.fit(&mut plain, &train).unwrap();
    trainer.restart();
    trainer.fit(&mut denoising, &train).unwrap();
    let (net, mut pass) = (C::initialized(0), C::initialized(0).pass(200));
    let noisy = net.forward_train(&test, &mut pass).to_batch();
    let error = |y: &Batch<(Const<12>,)>| MeanSquaredError.value(y, &test).unwrap();
    let [before, by_plain, by_denoising] =
        [error(&noisy), error(&plain.forward(&noisy).sigmoid()), error(&inner(&denoising).forward(&noisy).sigmoid())];
    let name = N::NAME;
    assert!(by_denoising < 0.75 * by_plain, "{name}: {before} before, {by_plain} by the plain one, {by_denoising}");
    assert!(by_denoising < 0.75 * before, "{name}: {before} before, {by_plain} by the plain one, {by_denoising}");
}

#[test]
fn denoising_autoencoders_undo_each_corruption_better_than_a_plain_one() {
    denoises::<Masked, Masking>(|net| &net.inner);
    denoises::<Salted, Salting>(|net| &net.inner);
    denoises::<Blurred, Blurring>(|net| &net.inner);
}

/// A step compares what comes of the corrupted input with the clean one.
#[test]
fn the_loss_of_a_denoising_autoencoder_is_against_the_clean_input() {
    let (net, x) = (Masked::<f64>::initialized(1), bumps(50, 0.0).cast::<f64>());
    let (mut pass, mut gradients) = (net.pass(50), net.gradients());
    pass.set_seed(5);
    let y = net.forward_train(&x, &mut pass).to_batch();
    pass.set_seed(5);
    let loss = MeanSquaredError.step(&net, &x, &x, &mut pass, &mut gradients).unwrap();
    assert_close(&[loss], &[MeanSquaredError.value(&y, &x).unwrap()]);
    assert_ne!(y, net.forward(&x));
}

#[test]
fn a_target_of_sparsity_brings_the_mean_activations_near_it() {
    let data = Dataset::from(bumps(600, 0.0));
    let means = |weight: f64| {
        let losses = Losses::new((MeanSquaredError, SparsityPenalty::new(0.1))).weights([1.0, weight]);
        let mut net = Sparse::new(1);
        Trainer::new(Adam::new(1e-2), losses).epochs(40).batch_size(100).fit(&mut net, &data).unwrap();
        let code = net.forward(data.inputs()).1;
        let mean = |unit: usize| code.as_slice().iter().skip(unit).step_by(30).sum::<f32>() / 600.0;
        (0..30).map(|unit| (mean(unit) - 0.1).abs()).fold(0.0, f32::max)
    };
    let (with, without) = (means(0.1), means(0.0));
    assert!(with < 0.03 && without > 0.2, "the farthest unit is {with} from ρ, and {without} without the penalty");
}

#[test]
fn the_contractive_penalty_makes_the_code_change_less() {
    let data = Dataset::from(bumps(600, 0.0));
    let run = |weight: f64| {
        let losses = Losses::new((MeanSquaredError, AuxiliaryLoss)).weights([1.0, weight]);
        let mut net = Contractive::new(1);
        Trainer::new(Adam::new(1e-2), losses).epochs(20).fit(&mut net, &data).unwrap();
        let (reconstruction, norm) = net.forward(data.inputs());
        let error = MeanSquaredError.value(&reconstruction, data.inputs()).unwrap();
        (error, norm.as_slice().iter().sum::<f32>() / 600.0)
    };
    let ((error, norm), (_, free)) = (run(0.02), run(0.0));
    assert!(norm < 0.5 * free && error < 0.03, "‖J‖² is {norm}, {free} without the penalty; the error is {error}");
}

#[test]
fn a_variational_autoencoder_generates_bumps() {
    let data = Dataset::from(bumps(600, 0.0));
    let losses = Losses::new((BinaryCrossEntropy::new(), AuxiliaryLoss)).weights([12.0, 1.0]);
    let mut net = Variational::new(1);
    let history = Trainer::new(Adam::new(1e-2), losses).epochs(60).fit(&mut net, &data).unwrap();
    let [first, last] = [history.epochs.first(), history.epochs.last()].map(|epoch| epoch.unwrap().training.loss);
    // Codes of a grid within one standard deviation of the standard normal distribution.
    let grid: Vec<f32> = (0..25).flat_map(|n| [(n % 5) as f32 / 2.0 - 1.0, (n / 5) as f32 / 2.0 - 1.0]).collect();
    let generated = net.decoder.forward(&Batch::from_vec(grid).unwrap()).sigmoid();
    let nearest = |row: &[f32]| {
        let distance = |bump: &[f32]| bump.iter().zip(row).map(|(a, b)| (a - b).powi(2)).sum::<f32>() / 12.0;
        data.inputs().as_slice().chunks_exact(12).map(distance).fold(f32::INFINITY, f32::min)
    };
    let mean = generated.as_slice().chunks_exact(12).map(nearest).sum::<f32>() / 25.0;
    assert!(last < first - 1.0, "the bound went from {first} to {last}");
    assert!(mean < 0.03, "generated rows are {mean} from the nearest bump");
}
