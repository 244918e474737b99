//! Autoencoders: the layers of a variational one, the penalties, and each kind from its network to its training.

mod kinds;

use plumbline::{
    Free,
    prelude::*,
    train::{GradientCheck, LossError, Objective, SparsityPenalty, TrainError},
};

network! {
    /// A variational autoencoder.
    Vae: [3] -> (reconstruction: [3], divergence: [1], code: [2]) {
        hidden: dense(4), tanh;
        mean: dense(2);
        log_variance: dense(2) <- hidden;
        divergence: gaussian_kl <- (mean, log_variance);
        code: sample <- (mean, log_variance);
        decoder: dense(4), tanh;
        reconstruction: dense(3);
    }

    /// A contractive one with tied weights.
    Cae: [3] -> (reconstruction: [3], contraction: [1]) {
        encoder: dense(4), sigmoid;
        contraction: contractive_penalty;
        reconstruction: dense(3, tied = encoder) <- encoder;
    }

    Elus: [3] -> (reconstruction: [3], first: [1], second: [1]) {
        one: dense(4), elu(0.7);
        two: dense(4), softplus;
        first: contractive_penalty <- one;
        second: contractive_penalty <- two;
        reconstruction: dense(3) <- two;
    }
    Lines: [3] -> (reconstruction: [3], first: [1], second: [1], third: [1]) {
        one: dense(4), leaky_relu(0.2);
        two: dense(4), tanh;
        three: dense(4);
        first: contractive_penalty <- one;
        second: contractive_penalty <- two;
        third: contractive_penalty <- three;
        reconstruction: dense(3) <- three;
    }

    /// Noise on images and on sequences, from values that other nodes read too.
    Images: [2, 4, 4] -> (image: [3, 3, 3], divergence: [1]) {
        mean: conv2d(3, kernel = 2);
        log_variance: conv2d(3, kernel = 2) <- input;
        image: sample <- (mean, log_variance);
        divergence: gaussian_kl <- (mean, log_variance);
    }
    Steps: [_, 2] -> (steps: [_, 3], divergence: [1]) {
        mean: rnn(3);
        log_variance: rnn(3) <- input;
        steps: sample <- (mean, log_variance);
        divergence: gaussian_kl <- (mean, log_variance);
    }
    Both: [3] -> [3] {
        a: dense(3);
        z: sample <- (a, a);
        sum: add <- (z, a);
    }

    Penalized: [3] -> (reconstruction: [3], code: [4]) {
        code: dense(4), sigmoid;
        reconstruction: dense(3);
    }

    /// Draws alone.
    Draws: (mean: [5], log_variance: [5]) -> [5] { z: sample <- (mean, log_variance); }
}

/// Numbers without a pattern: 0.8 sin(0.7 i + seed).
fn values(count: usize, seed: usize) -> Vec<f64> {
    (0..count).map(|i| 0.8 * (0.7 * i as f64 + seed as f64).sin()).collect()
}

/// Numbers between 0 and 1.
fn inputs(count: usize) -> Vec<f64> {
    (0..count).map(|i| 0.5 + 0.4 * (1.3 * i as f64).sin()).collect()
}

/// A network whose k-th parameter is `values(…, k)`.
fn with_values<N: Trainable<Element = f64>>() -> N {
    let mut net = N::initialized(0);
    for tensor in 0..net.tensors() {
        let parameter = net.tensor_mut(tensor);
        let count = parameter.values.len();
        parameter.values.copy_from_slice(&values(count, tensor));
    }
    net
}

#[track_caller]
fn assert_close(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= 1e-9 * expected.abs().max(1.0), "found {found}, expected {expected}");
    }
}

/// Loss and gradients as PyTorch has them for the same numbers, the noise of the draw among them.
///
/// ```python
/// import torch, math
/// torch.set_default_dtype(torch.float64)
/// values = lambda shape, k: torch.tensor([0.8 * math.sin(0.7 * i + k) for i in range(math.prod(shape))]).reshape(shape).requires_grad_()
/// x = torch.tensor([0.5 + 0.4 * math.sin(1.3 * i) for i in range(6)]).reshape(2, 3)
/// shapes = [(4, 3), (4,), (2, 4), (2,), (2, 4), (2,), (4, 2), (4,), (3, 4), (3,)]
/// W1, b1, Wm, bm, Wl, bl, Wd, bd, Wr, br = P = [values(s, k) for k, s in enumerate(shapes)]
/// h = torch.tanh(x @ W1.T + b1); m = h @ Wm.T + bm; l = h @ Wl.T + bl
/// z = m + torch.exp(0.5 * l) * NOISE
/// r = torch.tanh(z @ Wd.T + bd) @ Wr.T + br
/// bce = torch.nn.functional.binary_cross_entropy_with_logits(r, x, reduction="sum") / 2
/// loss = bce + 0.7 * (-0.5 * (1 + l - m ** 2 - l.exp()).sum() / 2)
/// loss.backward(); print(float(loss), *[p.grad.flatten().tolist() for p in P])
/// ```
#[test]
fn the_loss_of_a_variational_autoencoder_and_its_gradients_agree_with_pytorch() {
    const NOISE: [f64; 4] = [1.1057975493262868, -1.1305153419704232, -1.1733026394083692, 0.10033942667942551];
    const GRADIENTS: [&[f64]; 10] = [
        &[
            0.0878494480643,
            0.107440352912,
            0.175414454734,
            0.157808815035,
            0.206108177758,
            0.301125790983,
            0.0910585281768,
            0.114823701554,
            0.178133040736,
            -0.0967849972826,
            -0.124478282676,
            -0.186739634248,
        ],
        &[0.280932746237, 0.475995435096, 0.283632526067, -0.296148389106],
        &[
            0.316305242113,
            0.269313308951,
            -0.135786042055,
            0.235522562669,
            -0.884832918543,
            -0.7529747695,
            0.376097469949,
            -0.657687051928,
        ],
        &[0.356181454014, -0.997033973518],
        &[
            -0.260344016484,
            -0.221744293861,
            0.11249182842,
            -0.194079907181,
            0.238206293002,
            0.202182312161,
            -0.0963481909947,
            0.175534881142,
        ],
        &[-0.293038636958, 0.26926302512],
        &[
            -0.08528780133,
            0.208201965851,
            -0.118111416544,
            0.305462522847,
            -0.0227584690826,
            0.0773830101041,
            -0.00188299988238,
            0.0159360841897,
        ],
        &[-0.098618165398, -0.156312427001, -0.0514634921028, -0.0152426777393],
        &[
            0.0633649798165,
            0.036480848386,
            0.026220981416,
            0.0374633706949,
            0.0909069792818,
            0.0550505698083,
            -0.0351282680893,
            -0.0279660687982,
            0.0941563276182,
            0.0638650947303,
            -0.219968683996,
            -0.235179270332,
        ],
        &[0.0643877190876, -0.00869059716095, -0.264051371405],
    ];
    let net: Vae<f64> = with_values();
    let x = Batch::from_vec(inputs(6)).unwrap();
    let (mut pass, mut gradients) = (net.pass(2), net.gradients());
    // The noise is that of the fixture: z − μ in units of σ.
    let codes = |net: &Vae<f64>, pass: &mut Pass<Vae<f64>>| {
        pass.set_seed(0);
        net.forward_train(&x, pass).2.as_slice().to_vec()
    };
    let (mean, z) = (net.forward(&x).2.as_slice().to_vec(), codes(&net, &mut pass));
    let mut unit = net.clone();
    unit.log_variance.weight_mut().fill(0.0);
    unit.log_variance.bias_mut().fill(0.0);
    let noise: Vec<f64> = codes(&unit, &mut pass).iter().zip(&mean).map(|(z, mean)| z - mean).collect();
    assert_close(&noise, &NOISE);
    assert!(z.iter().zip(&mean).zip(&noise).all(|((z, mean), noise)| (z > mean) == (*noise > 0.0)));

    pass.set_seed(0);
    // A sum over the 3 elements, of which the loss takes the mean.
    let losses = Losses::new((BinaryCrossEntropy::new(), AuxiliaryLoss, L2Penalty)).weights([3.0, 0.7, 0.0]);
    let loss = losses.step(&net, &x, &x, &mut pass, &mut gradients).unwrap();
    assert_close(&[loss], &[3.1926500430804152]);
    for (tensor, expected) in gradients.parameters().zip(GRADIENTS) {
        assert_close(tensor.values, expected);
    }
}

/// ```python
/// # as above, with
/// W, b, c = P = [values(s, k) for k, s in enumerate([(4, 3), (4,), (3,)])]
/// f = lambda x: torch.sigmoid(x @ W.T + b)
/// penalty = sum((torch.autograd.functional.jacobian(f, x[i], create_graph=True) ** 2).sum() for i in range(2)) / 2
/// loss = ((f(x) @ W + c - x) ** 2).mean() + 0.3 * penalty
/// loss.backward(); print(float(loss), *[p.grad.flatten().tolist() for p in P])
/// ```
#[test]
fn the_loss_of_a_contractive_autoencoder_and_its_gradients_agree_with_pytorch() {
    const GRADIENTS: [&[f64]; 3] = [
        &[
            0.326799941016,
            0.268961625732,
            -0.0175846446846,
            0.330399636713,
            0.26741674561,
            0.00300650067814,
            0.105060936238,
            0.0787844685895,
            -0.108223308242,
            0.282537146995,
            0.237586171807,
            0.00290836853756,
        ],
        &[0.0137623564986, 0.068818235789, -0.112762342837, 0.0216873526361],
        &[0.401822111132, 0.326976631062, -0.047799220625],
    ];
    let net: Cae<f64> = with_values();
    let x = Batch::from_vec(inputs(6)).unwrap();
    let (mut pass, mut gradients) = (net.pass(2), net.gradients());
    let losses = Losses::new((MeanSquaredError, AuxiliaryLoss)).weights([1.0, 0.3]);
    let loss = losses.step(&net, &x, &x, &mut pass, &mut gradients).unwrap();
    assert_close(&[loss], &[0.27068050544328]);
    for (tensor, expected) in gradients.parameters().zip(GRADIENTS) {
        assert_close(tensor.values, expected);
    }
    let penalties = net.forward(&x).1;
    assert_close(&[penalties.as_slice().iter().sum::<f64>() / 2.0], &[0.1582507924461284]);
}

/// Holds the gradients of all parameters and of the input to differences of the same draw.
#[track_caller]
fn holds<N, L, T>(loss: L, x: Batch<N::Input, f64>, targets: &T)
where
    N: Trainable<Element = f64, Input: FixedShape>,
    T: plumbline::data::Target,
    L: Objective<N::Output, T, f64>,
{
    let report = GradientCheck::new().run(&N::initialized(3), &x, targets, &loss).unwrap();
    assert!(report.worst.as_ref().is_some_and(|worst| worst.error() < 1e-6), "{report}");
    assert!(report.compared > 20, "{report}");
}

fn batch<S: FixedShape>(samples: usize) -> Batch<S, f64> {
    Batch::from_vec(inputs(samples * S::LEN)).unwrap()
}

#[test]
fn gradients_agree_with_differences_of_the_same_draw() {
    let x = || batch::<(Const<3>,)>(5);
    let losses = Losses::new((BinaryCrossEntropy::new(), AuxiliaryLoss, L2Penalty)).weights([1.0, 0.7, 0.2]);
    holds::<Vae<f64>, _, _>(losses, x(), &x());
    let losses = Losses::new((MeanSquaredError, AuxiliaryLoss)).weights([1.0, 0.3]);
    holds::<Cae<f64>, _, _>(losses, x(), &x());
    holds::<Elus<f64>, _, _>(Losses::new((MeanSquaredError, AuxiliaryLoss, AuxiliaryLoss)), x(), &x());
    let losses = Losses::new((MeanSquaredError, AuxiliaryLoss, AuxiliaryLoss, AuxiliaryLoss));
    holds::<Lines<f64>, _, _>(losses, x(), &x());
    let image = batch::<(Const<3>, Const<3>, Const<3>)>(5);
    holds::<Images<f64>, _, _>(Losses::new((MeanSquaredError, AuxiliaryLoss)), batch(5), &image);
    holds::<Both<f64>, _, _>(MeanSquaredError, x(), &x());
    holds::<Penalized<f64>, _, _>(Losses::new((MeanSquaredError, L1Penalty)).weights([1.0, 0.1]), x(), &x());
    holds::<Penalized<f64>, _, _>(Losses::new((MeanSquaredError, L2Penalty)), x(), &(x(), ()));
    let sparse = Losses::new((MeanSquaredError, SparsityPenalty::new(0.1))).weights([1.0, 0.5]);
    holds::<Penalized<f64>, _, _>(sparse, x(), &x());
}

#[test]
fn sequences_draw_for_their_steps_and_diverge_over_those_alone() {
    let (lengths, x) = (vec![4, 1, 3], batch::<(Const<4>, Const<2>)>(3).into_vec());
    let padded = Batch::<(Free, Const<2>), f64>::from_vec_of(x.clone(), &[4, 2]).unwrap();
    let padded = padded.with_lengths(lengths.clone()).unwrap();
    let net = Steps::<f64>::initialized(3);
    let targets = Batch::<(Free, Const<3>), f64>::from_vec_of(inputs(36), &[4, 3]).unwrap();
    let targets = targets.with_lengths(lengths.clone()).unwrap();
    let losses = Losses::new((SquaredError, AuxiliaryLoss));
    let report = GradientCheck::new().run(&net, &padded, &targets, &losses).unwrap();
    assert!(report.worst.as_ref().is_some_and(|worst| worst.error() < 1e-6), "{report}");
    let all = net.forward(&padded).unwrap().1;
    for (sample, &length) in lengths.iter().enumerate() {
        let own = x[sample * 8..][..2 * length].to_vec();
        let own = Batch::<(Free, Const<2>), f64>::from_vec_of(own, &[length, 2]).unwrap();
        assert_close(net.forward(&own).unwrap().1.as_slice(), &all.as_slice()[sample..=sample]);
    }
}

#[test]
fn draws_have_the_mean_and_the_variance_that_they_are_given() {
    const SAMPLES: usize = 4000;
    let (means, logs) = ([-2.0, -0.5, 0.0, 1.0, 3.0], [-3.0, -1.0, 0.0, 0.5, 2.0]);
    let rows = |row: [f64; 5]| Batch::<(Const<5>,), f64>::from_vec(row.repeat(SAMPLES)).unwrap();
    let (mean, log, net) = (rows(means), rows(logs), Draws::<f64>::initialized(0));
    let mut pass = net.pass(SAMPLES);
    let mut draw = |seed| {
        pass.set_seed(seed);
        net.forward_train(&mean, &log, &mut pass).unwrap().to_batch()
    };
    let (first, again, other) = (draw(1), draw(1), draw(2));
    assert_eq!(first, again);
    assert_ne!(first, other);
    for unit in 0..5 {
        let n = SAMPLES as f64;
        let units = first.as_slice().iter().skip(unit).step_by(5).map(|z| (z - means[unit]) / (0.5 * logs[unit]).exp());
        let noise: Vec<f64> = units.collect();
        // 5 standard deviations of each moment, which one in 1.7 million exceeds: √(1 / n) and √(2 / n).
        let (mean, square) = (noise.iter().sum::<f64>() / n, noise.iter().map(|e| e * e).sum::<f64>() / n);
        assert!(mean.abs() < 5.0 * (1.0 / n).sqrt(), "unit {unit}: the mean is {mean} off");
        assert!((square - 1.0).abs() < 5.0 * (2.0 / n).sqrt(), "unit {unit}: the variance is {square} times its own");
    }
    assert_eq!(net.forward(&mean, &log).unwrap(), mean);
}

#[test]
fn a_variance_beyond_every_number_stops_a_training_with_the_network_as_it_was() {
    let mut net = Vae::new(1);
    net.log_variance.bias_mut().fill(200.0);
    let data = Dataset::from(Batch::<(Const<3>,)>::from_vec(inputs(60).iter().map(|&x| x as f32).collect()).unwrap());
    let before = net.clone();
    let losses = Losses::new((BinaryCrossEntropy::new(), AuxiliaryLoss, L2Penalty));
    let error = Trainer::new(Adam::new(1e-3), losses).fit(&mut net, &data).unwrap_err();
    assert!(matches!(error, TrainError::Diverged { epoch: 1, step: 1, .. }), "{error}");
    let same = net.parameters().zip(before.parameters()).all(|(now, before)| now.values == before.values);
    assert!(same, "the network is as it was");
}

#[test]
fn a_penalty_needs_no_targets_and_a_target_that_is_none_is_refused_where_one_is_needed() {
    let y = Batch::<(Const<2>,), f64>::from_vec(vec![0.2, 0.9, 0.4, 0.7]).unwrap();
    let (loss, d) = SparsityPenalty::new(0.3).value_and_gradient(&y, &()).unwrap();
    let kl = |q: f64| 0.3 * (0.3 / q).ln() + 0.7 * (0.7 / (1.0 - q)).ln();
    assert_close(&[loss], &[kl(0.3) + kl(0.8)]);
    assert_close(d.as_slice(), &[0.0, 0.5 * 0.5 / 0.16, 0.0, 0.5 * 0.5 / 0.16]);
    for rho in [0.0, 1.0, -0.1, f64::NAN] {
        let error = SparsityPenalty::new(rho).value(&y, &()).unwrap_err();
        assert!(matches!(error, LossError::Option { .. }), "{error}");
        assert!(error.to_string().contains("expected `rho` to be between 0 and 1"), "{error}");
    }
    let dead = Batch::<(Const<1>,), f64>::zeros(3);
    assert_eq!(SparsityPenalty::new(0.1).value(&dead, &()).unwrap(), f64::INFINITY);
}

/// The bits of a network after two epochs.
fn trained<N, L>(net: &mut N, losses: L, threads: usize) -> Vec<u32>
where
    N: Trainable<Element = f32, Input = (Const<64>,)>,
    L: plumbline::train::loss::ObjectiveOf<N::Output, Batch<(Const<64>,)>, f32, N>,
{
    let images = inputs(300 * 64).iter().map(|&x| x as f32).collect();
    let images = Dataset::from(Batch::<(Const<64>,)>::from_vec(images).unwrap());
    let mut trainer = Trainer::new(Adam::new(1e-2), losses).epochs(2).batch_size(128).threads(threads).seed(3);
    trainer.fit(net, &images).unwrap();
    net.parameters().flat_map(|tensor| tensor.values.iter().map(|x| x.to_bits()).collect::<Vec<_>>()).collect()
}

network! {
    WideVae: [64] -> (reconstruction: [64], divergence: [1]) {
        encoder: dense(96), relu;
        mean: dense(16);
        log_variance: dense(16) <- encoder;
        divergence: gaussian_kl <- (mean, log_variance);
        code: sample <- (mean, log_variance);
        decoder: dense(96), relu;
        reconstruction: dense(64);
    }
    WideCae: [64] -> (reconstruction: [64], contraction: [1], code: [96]) {
        noisy: masking_noise(0.2);
        code: dense(96), sigmoid;
        contraction: contractive_penalty;
        reconstruction: dense(64, tied = code) <- code;
    }
    /// Parts that meet on their way, before and behind a loss of the whole batch.
    WideNorm: [64] -> (reconstruction: [64], code: [32]) {
        a: dense(96);
        norm: batch_norm, relu;
        code: dense(32), sigmoid;
        b: dense(64);
        inner: Normed;
        reconstruction: dense(64);
    }
    Normed: [64] -> [64] { norm: batch_norm, tanh; }
}

#[test]
fn equal_bits_on_any_number_of_threads() {
    let vae = Losses::new((BinaryCrossEntropy::new(), AuxiliaryLoss)).weights([64.0, 1.0]);
    let cae = Losses::new((MeanSquaredError, AuxiliaryLoss, L1Penalty)).weights([1.0, 0.1, 0.01]);
    let sparse = Losses::new((MeanSquaredError, AuxiliaryLoss, SparsityPenalty::new(0.1)));
    let normed = Losses::new((MeanSquaredError, SparsityPenalty::new(0.1)));
    let one = [
        trained(&mut WideVae::new(1), vae, 1),
        trained(&mut WideCae::new(1), cae, 1),
        trained(&mut WideCae::new(1), sparse, 1),
        trained(&mut WideNorm::new(1), normed, 1),
    ];
    for threads in [2, 3] {
        assert!(trained(&mut WideVae::new(1), vae, threads) == one[0]);
        assert!(trained(&mut WideCae::new(1), cae, threads) == one[1]);
        assert!(trained(&mut WideCae::new(1), sparse, threads) == one[2]);
        assert!(trained(&mut WideNorm::new(1), normed, threads) == one[3]);
    }
}

#[test]
fn a_loss_of_the_whole_batch_steps_as_a_loop_of_ones_own_does() {
    let net = WideNorm::<f64>::initialized(4);
    let x = batch::<(Const<64>,)>(150);
    let losses = Losses::new((MeanSquaredError, SparsityPenalty::new(0.2))).weights([1.0, 0.3]);
    let (mut pass, mut gradients) = (net.pass(150), net.gradients());
    let loss = losses.step(&net, &x, &x, &mut pass, &mut gradients).unwrap();
    pass.discard_buffers();
    let (reconstruction, code) = net.forward_train(&x, &mut pass);
    let (error, d_reconstruction) = MeanSquaredError.value_and_gradient(&reconstruction, &x).unwrap();
    let (penalty, mut d_code) = SparsityPenalty::new(0.2).value_and_gradient(&code, &()).unwrap();
    d_code.as_mut_slice().iter_mut().for_each(|d| *d *= 0.3);
    assert_close(&[loss], &[error + 0.3 * penalty]);
    let mut own = net.gradients();
    net.backward(&d_reconstruction, &d_code, &mut pass, &mut own).unwrap();
    for (one, other) in gradients.parameters().zip(own.parameters()) {
        assert_close(one.values, other.values);
    }
}
