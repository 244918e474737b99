//! Restricted Boltzmann machines and contrastive divergence.

use plumbline::{
    energy::{MaximumLikelihood, Rbm, units::Bernoulli},
    prelude::*,
    samplers::{Chains, Draws, GaussianMean, contrastive_divergence},
};

use crate::assert_near;

type Machine = Rbm<Const<2>, Const<2>, Bernoulli, Bernoulli, f64>;

/// Two visible units, two hidden, all weights ½, no biases.
fn machine() -> Machine {
    let mut rbm = Machine::initialized(1);
    rbm.weight_mut().fill(0.5);
    rbm
}

/// The units of state `index`, the first most significant.
fn state(index: usize) -> [f64; 2] {
    [f64::from(index as u8 / 2), f64::from(index as u8 % 2)]
}

fn one<S: FixedShape>(values: &[f64]) -> Batch<S, f64> {
    Batch::from_vec(values.to_vec()).unwrap()
}

/// p(v, h), by its definition.
fn joint(rbm: &Machine, v: usize, h: usize) -> f64 {
    let energy = rbm.energies(&one(&state(v)), &one(&state(h))).unwrap()[0];
    (-energy - rbm.log_partition_exact()).exp()
}

/// 002, "Restricted Boltzmann machine": Z and the table of the sixteen joint probabilities.
#[test]
fn joint_probabilities() {
    let rbm = machine();
    assert_near(rbm.log_partition_exact().exp(), 31.857_068_496, 9);
    let mut sum = 0.0;
    for v in 0..4 {
        for h in 0..4 {
            // The energy is −½ for each pair of units that are both 1.
            let [ones_v, ones_h] = [v, h].map(|index| state(index).iter().sum::<f64>());
            assert_near(joint(&rbm, v, h), (0.5 * ones_v * ones_h).exp() / 31.857_068_496, 9);
            sum += joint(&rbm, v, h);
        }
    }
    assert_near(sum, 1.0, 12);
    let likelihood = |v: usize| (0..4).map(|h| joint(&rbm, v, h)).sum::<f64>();
    assert_near(likelihood(1), 0.220_225_046, 9);
    assert_near(rbm.log_likelihood_exact(&one(&state(1))).exp(), 0.220_225_046, 9);
    for (v, expected, digits) in [(0, 0.25, 9), (1, 0.142_536_957, 9), (2, 0.142_536_957, 9), (3, 0.0723, 4)] {
        assert_near(joint(&rbm, v, 0) / likelihood(v), expected, digits);
    }
}

/// 002: one step on the exact gradient for v = [0, 1].
#[test]
fn exact_gradient_step() {
    let rbm = machine();
    let data = one(&[0.0, 1.0]);
    let mut learner = MaximumLikelihood::<Sgd<f64>>::new().start(&rbm, &data).unwrap();
    let gradients = learner.gradient(&rbm, &data).unwrap();
    // The mean over the model less that over the data, for W[h, v].
    for (gradient, data) in gradients.tensor(0).values.iter().zip([0.0, 0.622_459_331, 0.0, 0.622_459_331]) {
        // Two numbers of nine digits.
        assert_near(*gradient, 0.454_352_573 - data, 8);
    }
    // The notes' machine has no biases: the step's weights without the step's biases.
    let step = |rate: f64| {
        let mut learned = machine();
        MaximumLikelihood::<Sgd<f64>>::new().rate(rate).quiet().fit(&mut learned, &data).unwrap();
        let mut rbm = machine();
        rbm.weight_mut().assign(&learned.weight());
        rbm
    };
    let tenth = step(0.1);
    for (weight, expected) in tenth.weight().iter().zip([0.454_564_743, 0.516_810_676].iter().cycle()) {
        assert_near(*weight, *expected, 9);
    }
    assert_near(tenth.log_partition_exact().exp(), 31.058_777_196, 9);
    assert_near(tenth.log_likelihood_exact(&data).exp(), 0.230_677_826, 9);
    assert_near(step(1.0).log_likelihood_exact(&data).exp(), 0.332_961_042, 9);
}

/// 001, 002, 004, "Gibbs sampling": long-run frequencies agree with the joint table. χ² with 15 degrees of freedom is above 51.3 once in 10⁵ runs.
#[test]
fn gibbs_frequencies() {
    let rbm = machine();
    let mut chains = Chains::starting_at(&rbm, vec![0.0; 2 * 50_000], 7).unwrap();
    chains.gibbs(&rbm, 50).unwrap();
    // h of the last step is the one that v was drawn from, so that the pair is a sample of the joint distribution.
    let mut counts = [0.0; 16];
    for (v, h) in chains.first().chunks_exact(2).zip(chains.second().chunks_exact(2)) {
        counts[(8.0 * v[0] + 4.0 * v[1] + 2.0 * h[0] + h[1]) as usize] += 1.0;
    }
    let chi_squared: f64 = (0..16)
        .map(|index| {
            let expected = 50_000.0 * joint(&rbm, index / 4, index % 4);
            (counts[index] - expected).powi(2) / expected
        })
        .sum();
    assert!(chi_squared < 51.3, "{chi_squared}");
}

/// 001, "Contrastive divergence": the gradient for a Gaussian's mean is τ (μ − mean of the data).
#[test]
fn contrastive_divergence_of_a_mean() {
    let data = [2.0, 3.5, 4.0, 0.5];
    let model = GaussianMean { mean: 1.0, precision: 4.0 };
    assert_near(model.exact_gradient(&data), 4.0 * (1.0 - 2.5), 12);
    let (mut negative, mut gradient, mut sum) = (Vec::new(), [0.0], 0.0_f64);
    for step in 0..10_000 {
        contrastive_divergence(&model, &data, 1, Draws::new(3, step), &mut negative, &mut gradient).unwrap();
        sum += gradient[0];
    }
    // One estimate is off by τ times the mean of four normal numbers with the deviation ½, so by 1; five deviations of the mean of 10⁴ of them.
    assert!((sum / 1e4 + 6.0).abs() < 5.0 / 100.0, "{}", sum / 1e4);
}
