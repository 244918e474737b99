//! Restricted Boltzmann machines and contrastive divergence.

use ndarray::array;
use plumbline::{
    energy::{
        Boltzmann, ContrastiveDivergence, MaximumLikelihood, Rbm,
        units::{Bernoulli, Gaussian, Softmax},
    },
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

/// "So What is the Generative Model?": Z and the table of the sixteen joint probabilities.
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

/// "Let's Increase the Probability that v = [0, 1] occurs": one step on the exact gradient for v = [0, 1].
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

/// "What Does This Tell Us?", "Gibbs Sampling": long-run frequencies agree with the joint table. χ² with 15 degrees of freedom is above 51.3 once in 10⁵ runs.
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

/// "Simple CD example in estimating Gaussian mean μ": the gradient for a Gaussian's mean is τ (μ − mean of the data).
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

/// A machine of three visible and two hidden units with biases and weights without a pattern.
fn biased() -> Rbm<Const<3>, Const<2>, Bernoulli, Bernoulli, f64> {
    let mut rbm = Rbm::initialized(1);
    rbm.weight_mut().assign(&array![[0.7, -1.2, 0.4], [-0.3, 0.9, 1.5]]);
    rbm.visible_bias_mut().assign(&array![0.2, -0.5, 0.1]);
    rbm.hidden_bias_mut().assign(&array![-0.4, 0.6]);
    rbm
}

fn bits(index: usize, units: usize) -> Vec<f64> {
    (0..units).map(|unit| f64::from((index >> unit & 1) as u8)).collect()
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// "Restrictive Botzmann Machine": E(v, h) = −bᵀv − cᵀh − vᵀW h. "RBM Marginal": p(v) = (1/Z) Π exp(bⱼ vⱼ) Π (1 + exp(cᵢ + Σ Wᵢⱼ vⱼ)).
#[test]
fn energy_and_marginal() {
    let rbm = biased();
    let (w, b, c) = (rbm.weight(), rbm.visible_bias(), rbm.hidden_bias());
    let energy = |v: &[f64], h: &[f64]| {
        let of_pairs: f64 = (0..6).map(|k| v[k % 3] * w[[k / 3, k % 3]] * h[k / 3]).sum();
        -(0..3).map(|j| b[j] * v[j]).sum::<f64>() - (0..2).map(|i| c[i] * h[i]).sum::<f64>() - of_pairs
    };
    let unnormalized = |v: &[f64]| (0..4).map(|h| (-energy(v, &bits(h, 2))).exp()).sum::<f64>();
    let z: f64 = (0..8).map(|v| unnormalized(&bits(v, 3))).sum();
    assert_near(rbm.log_partition_exact().exp() / z, 1.0, 12);
    for v in (0..8).map(|index| bits(index, 3)) {
        for h in (0..4).map(|index| bits(index, 2)) {
            assert_near(rbm.energies(&one(&v), &one(&h)).unwrap()[0], energy(&v, &h), 12);
        }
        let of_visible: f64 = (0..3).map(|j| (b[j] * v[j]).exp()).product();
        let of_hidden: f64 =
            (0..2).map(|i| 1.0 + (c[i] + (0..3).map(|j| w[[i, j]] * v[j]).sum::<f64>()).exp()).product();
        let marginal = of_visible * of_hidden / z;
        assert_near(marginal, unnormalized(&v) / z, 12);
        assert_near(rbm.log_likelihood_exact(&one(&v)).exp(), marginal, 12);
    }
}

/// "RBM conditional", and "In RBMs" of Gibbs sampling: p(v | h) = Π σ((2v − 1) ∘ (b + W h))ᵢ, and in the same way p(h | v); both are joint over marginal.
#[test]
fn conditional_product() {
    let rbm = biased();
    let (w, b, c) = (rbm.weight(), rbm.visible_bias(), rbm.hidden_bias());
    for v in (0..8).map(|index| bits(index, 3)) {
        for h in (0..4).map(|index| bits(index, 2)) {
            let of_v: f64 = (0..3)
                .map(|j| sigmoid((2.0 * v[j] - 1.0) * (b[j] + (0..2).map(|i| w[[i, j]] * h[i]).sum::<f64>())))
                .product();
            let of_h: f64 = (0..2)
                .map(|i| sigmoid((2.0 * h[i] - 1.0) * (c[i] + (0..3).map(|j| w[[i, j]] * v[j]).sum::<f64>())))
                .product();
            assert_near(rbm.log_conditional_visible(&one(&v), &one(&h)).unwrap()[0].exp(), of_v, 12);
            assert_near(rbm.log_conditional_hidden(&one(&v), &one(&h)).unwrap()[0].exp(), of_h, 12);
            // p(v, h) = p(h | v) p(v)
            let joint = (-rbm.energies(&one(&v), &one(&h)).unwrap()[0] - rbm.log_partition_exact()).exp();
            assert_near(of_h * rbm.log_likelihood_exact(&one(&v)).exp(), joint, 12);
        }
    }
}

/// "Let's See How Stochastic Update Functions are consistent with the table values", "What are the probabilities of h given v?": p(h | v) of every row by the units'
/// activity, and p(v = [0, 1]) from the fifth row.
#[test]
fn probabilities_of_h_given_v() {
    let rbm = machine();
    assert_near(rbm.hidden_means(&one(&state(1))).as_slice()[0], 0.622_459_331, 9);
    let expected = [
        [0.25; 4],
        [0.1425, 0.2350, 0.2350, 0.3875],
        [0.1425, 0.2350, 0.2350, 0.3875],
        [0.0723, 0.1966, 0.1966, 0.5344],
    ];
    // The notes have 0.3874, from 0.6224 rounded.
    for (v, row) in expected.iter().enumerate() {
        for (h, p) in row.iter().enumerate() {
            let found = rbm.log_conditional_hidden(&one(&state(v)), &one(&state(h))).unwrap()[0].exp();
            assert_near(found, *p, 4);
            assert_near(found * rbm.log_likelihood_exact(&one(&state(v))).exp(), joint(&rbm, v, h), 12);
        }
    }
    assert_near(joint(&rbm, 1, 0), 0.031_390_208, 9);
    assert_near(joint(&rbm, 1, 0) / 0.142_536_957, 0.220_225_047, 8);
}

/// "The Updated Configurations": all sixteen rows after the step with η = 0.1.
#[test]
fn updated_configurations() {
    let mut rbm = machine();
    // W[h, v] has the notes' w for v₁ and v₂ in each row.
    rbm.weight_mut().assign(&array![[0.454_564_743, 0.516_810_676], [0.454_564_743, 0.516_810_676]]);
    let rows = [
        [0.032_197_018; 4],
        [0.032_197_018, 0.053_983_827, 0.053_983_827, 0.090_513_154],
        [0.032_197_018, 0.050_725_999, 0.050_725_999, 0.079_918_176],
        [0.032_197_018, 0.085_050_845, 0.085_050_845, 0.224_668_205],
    ];
    for (v, row) in rows.iter().enumerate() {
        for (h, p) in row.iter().enumerate() {
            assert_near(joint(&rbm, v, h), *p, 8);
        }
    }
}

/// The gradient of the library's cost, the mean of −ln p(v), as numbers for W, b and c.
fn numbers(gradients: &impl Parameters<f64>) -> Vec<f64> {
    gradients.parameters().flat_map(|tensor| tensor.values.to_vec()).collect()
}

/// "How Do We Train an RBM?", terms A and B; "The derivative of RBM Likelihood" and its average over data: −⟨vⱼ hᵢ⟩ of p(h | v) q(v) and ⟨vⱼ hᵢ⟩ of p(v, h), by sums over
/// all states.
#[test]
fn derivative_of_the_likelihood() {
    let rbm = biased();
    let data: Batch<(Const<3>,), f64> = Batch::from_vec(vec![1.0, 0.0, 1.0, 0.0, 1.0, 1.0, 1.0, 0.0, 1.0]).unwrap();
    let found =
        numbers(&**MaximumLikelihood::<Sgd<f64>>::new().start(&rbm, &data).unwrap().gradient(&rbm, &data).unwrap());
    let mut expected = vec![0.0; 11];
    let mut add = |v: &[f64], h: &[f64], p: f64| {
        (0..6).for_each(|k| expected[k] += p * h[k / 3] * v[k % 3]);
        (0..3).for_each(|j| expected[6 + j] += p * v[j]);
        (0..2).for_each(|i| expected[9 + i] += p * h[i]);
    };
    for h in (0..4).map(|index| bits(index, 2)) {
        for v in data.as_slice().chunks(3) {
            add(v, &h, -rbm.log_conditional_hidden(&one(v), &one(&h)).unwrap()[0].exp() / 3.0);
        }
        for v in (0..8).map(|index| bits(index, 3)) {
            add(&v, &h, (-rbm.energies(&one(&v), &one(&h)).unwrap()[0] - rbm.log_partition_exact()).exp());
        }
    }
    found.iter().zip(&expected).for_each(|(found, expected)| assert_near(*found, *expected, 12));
}

/// "Minimizing Negative Log-Likelihood" and "Contrast Divergence": L(θ) = ln Z(θ) − (1/N) Σ ln f(xᵢ), whose slope is the population's mean less the samples'; f(v) = exp(−F(v))
/// here. Against differences of L.
#[test]
fn negative_log_likelihood() {
    let rbm = biased();
    let data: Batch<(Const<3>,), f64> = Batch::from_vec(vec![1.0, 0.0, 1.0, 0.0, 1.0, 1.0]).unwrap();
    let found =
        numbers(&**MaximumLikelihood::<Sgd<f64>>::new().start(&rbm, &data).unwrap().gradient(&rbm, &data).unwrap());
    let mut place = 0;
    for index in 0..rbm.tensors() {
        for i in 0..rbm.tensor(index).values.len() {
            let cost = |step: f64| {
                let mut moved = rbm.clone();
                moved.tensor_mut(index).values[i] += step;
                moved.log_partition_exact() + moved.free_energies(&data).iter().sum::<f64>() / 2.0
            };
            assert_near(found[place], (cost(1e-5) - cost(-1e-5)) / 2e-5, 8);
            place += 1;
        }
    }
}

/// "RBM LLE via Contrast Divergence": an estimate is p(H = 1 | v⁽ᵏ⁾) v⁽ᵏ⁾ − p(H = 1 | v⁽⁰⁾) v⁽⁰⁾ for some v⁽ᵏ⁾, whose frequencies are those of k Gibbs steps.
#[test]
fn contrastive_divergence_of_a_machine() {
    let rbm = biased();
    let start = [1.0, 0.0, 1.0];
    let data: Batch<(Const<3>,), f64> = one(&start);
    let mut learner = ContrastiveDivergence::<Sgd<f64>>::new(1).start(&rbm, &data).unwrap();
    let means = |v: &[f64]| rbm.hidden_means(&one(v)).into_vec();
    let before = means(&start);
    let (mut counts, estimates) = ([0.0; 8], 20_000);
    for _ in 0..estimates {
        let found = numbers(&**learner.gradient(&rbm, &data).unwrap());
        let v: Vec<f64> = (0..3).map(|j| (found[6 + j] + start[j]).round()).collect();
        let after = means(&v);
        for k in 0..6 {
            assert_near(found[k], after[k / 3] * v[k % 3] - before[k / 3] * start[k % 3], 12);
        }
        (0..2).for_each(|i| assert_near(found[9 + i], after[i] - before[i], 12));
        counts[(0..3).fold(0, |sum, j| sum | (v[j] as usize) << j)] += 1.0;
    }
    // Σ over h of p(v | h) p(h | v⁽⁰⁾). χ² with 7 degrees of freedom is above 35.3 once in 10⁵ runs.
    let step = |v: &[f64]| -> f64 {
        let through = |h: Vec<f64>| {
            rbm.log_conditional_visible(&one(v), &one(&h)).unwrap()[0]
                + rbm.log_conditional_hidden(&data, &one(&h)).unwrap()[0]
        };
        (0..4).map(|h| through(bits(h, 2)).exp()).sum()
    };
    let chi_squared: f64 = (0..8)
        .map(|index| {
            let expected = f64::from(estimates) * step(&bits(index, 3));
            (counts[index] - expected).powi(2) / expected
        })
        .sum();
    assert!(chi_squared < 35.3, "{chi_squared}");
}

/// "Hinton's Approximation in vector form": ΔW = ε (v hᵀ − v′ h′ᵀ), Δa = ε (v − v′), Δb = ε (h − h′) with sampled states throughout.
#[test]
fn hintons_approximation() {
    let rbm = machine();
    let v = [0.0, 1.0];
    let data: Batch<(Const<2>,), f64> = one(&v);
    let rate = 0.25;
    let mut different = std::collections::BTreeSet::new();
    for seed in 0..40 {
        let mut learned = rbm.clone();
        let training = ContrastiveDivergence::<Sgd<f64>>::new(1).sampled_hidden(true).rate(rate).seed(seed).quiet();
        training.fit(&mut learned, &data).unwrap();
        // In units of ε each change is a difference of states.
        let change = |after: f64, before: f64| (after - before) / rate;
        let of_v: Vec<f64> = (0..2).map(|i| change(learned.visible_bias()[i], 0.0)).collect();
        let of_h: Vec<f64> = (0..2).map(|j| change(learned.hidden_bias()[j], 0.0)).collect();
        let reconstruction: Vec<f64> = (0..2).map(|i| v[i] - of_v[i]).collect();
        let fits = |h: &[f64], other: &[f64]| {
            (0..2).all(|j| of_h[j] == h[j] - other[j])
                && (0..4).all(|k| {
                    let (j, i) = (k / 2, k % 2);
                    change(learned.weight()[[j, i]], 0.5) == v[i] * h[j] - reconstruction[i] * other[j]
                })
        };
        assert!((0..16).any(|pair| fits(&state(pair / 4), &state(pair % 4))), "{learned:?}");
        different.insert(format!("{of_v:?}{of_h:?}"));
    }
    assert!(different.len() > 5, "{different:?}");
}

/// "RBM Collaborative Filtering" and "Recommendation via RBM": p(vᵢᵏ = 1 | h) is a softmax over the ratings of item i, and p(hⱼ = 1 | V) = σ(bⱼ + Σ Σ vᵢᵏ Wᵢⱼᵏ).
#[test]
fn collaborative_filtering() {
    const MOVIES: usize = 3;
    const K: usize = 4;
    const F: usize = 2;
    let mut rbm: Rbm<Const<MOVIES>, Const<F>, Softmax<K>, Bernoulli, f64> = Rbm::initialized(1);
    rbm.weight_mut().iter_mut().enumerate().for_each(|(k, w)| *w = (1.3 * k as f64 + 0.4).sin());
    rbm.visible_bias_mut().iter_mut().enumerate().for_each(|(k, b)| *b = (0.9 * k as f64).cos());
    rbm.hidden_bias_mut().assign(&array![0.3, -0.2]);
    let (w, b, c) = (rbm.weight(), rbm.visible_bias(), rbm.hidden_bias());
    // Ratings 2, 4 and 1 of the three movies.
    let ratings = [1, 3, 0];
    let mut v = vec![0.0; MOVIES * K];
    ratings.iter().enumerate().for_each(|(movie, k)| v[movie * K + k] = 1.0);
    let means = rbm.hidden_means(&one(&v));
    for j in 0..F {
        let field = c[j] + (0..MOVIES).map(|i| w[[j, i * K + ratings[i]]]).sum::<f64>();
        assert_near(means.as_slice()[j], sigmoid(field), 12);
    }
    let h = [1.0, 0.0];
    let predicted = rbm.visible_means(&one(&h));
    let mut log = 0.0;
    for i in 0..MOVIES {
        let power = |k: usize| (b[i * K + k] + (0..F).map(|j| h[j] * w[[j, i * K + k]]).sum::<f64>()).exp();
        let sum: f64 = (0..K).map(power).sum();
        (0..K).for_each(|k| assert_near(predicted.as_slice()[i * K + k], power(k) / sum, 12));
        log += (power(ratings[i]) / sum).ln();
    }
    assert_near(rbm.log_conditional_visible(&one(&v), &one(&h)).unwrap()[0], log, 12);
}

/// "v and h can take other values, for example Softmax and Gaussian": a hidden softmax unit has p(h = k | v) = softmax(c + W v), and a Gaussian visible one the density
/// of a normal number about b + Wᵀh.
#[test]
fn other_values_of_v_and_h() {
    let mut rbm: Rbm<Const<1>, Const<1>, Gaussian, Softmax<3>, f64> = Rbm::initialized(1);
    rbm.weight_mut().assign(&array![[1.0], [-0.5], [0.25]]);
    rbm.visible_bias_mut()[0] = 0.5;
    rbm.hidden_bias_mut().assign(&array![0.1, 0.2, -0.3]);
    let v = 1.5;
    let powers = [1.0 * v + 0.1, -0.5 * v + 0.2, 0.25 * v - 0.3].map(f64::exp);
    let sum: f64 = powers.iter().sum();
    for k in 0..3 {
        let mut h = [0.0; 3];
        h[k] = 1.0;
        assert_near(rbm.log_conditional_hidden(&one(&[v]), &one(&h)).unwrap()[0].exp(), powers[k] / sum, 12);
        let mean = 0.5 + rbm.weight()[[k, 0]];
        let density = (-(v - mean).powi(2) / 2.0).exp() / std::f64::consts::TAU.sqrt();
        assert_near(rbm.log_conditional_visible(&one(&[v]), &one(&h)).unwrap()[0].exp(), density, 12);
    }
}

/// "Applications": what is missing of a vector is filled in by the states of least energy, and what is known stays.
#[test]
fn completion() {
    let mut rbm: Rbm<Const<4>, Const<1>, Bernoulli, Bernoulli, f64> = Rbm::initialized(1);
    // All four units are mostly what the hidden one is.
    rbm.weight_mut().fill(8.0);
    rbm.visible_bias_mut().fill(-4.0);
    rbm.hidden_bias_mut().fill(-16.0);
    let seen: Batch<(Const<4>,), f64> = Batch::from_vec(vec![1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0]).unwrap();
    let known = [true, true, false, false];
    let rng = &mut plumbline::network::abi::generator(3);
    let completed = rbm.complete(&seen, &known, 50, rng).unwrap();
    let rounded: Vec<f64> = completed.as_slice().iter().map(|x| x.round()).collect();
    assert_eq!(rounded, [1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0]);
}

/// "Boltzmann Machines": a machine with all connections gives each vector its probability, exp(−E) / Z, with a restricted one as the special case.
#[test]
fn boltzmann_machines() {
    let mut general: Boltzmann<Const<2>, Const<2>, f64> =
        Boltzmann::new(plumbline::layers::Init::Zeros, &mut plumbline::network::abi::generator(1));
    for (v, h) in [(0, 2), (0, 3), (1, 2), (1, 3)] {
        general.set_weight(v, h, 0.5).unwrap();
    }
    let rbm = machine();
    assert_near(general.log_partition_exact(), rbm.log_partition_exact(), 12);
    let exact = general.probabilities_exact();
    for v in 0..4 {
        for h in 0..4 {
            // Its table has the first unit as the lowest bit.
            let place = (v >> 1) | (v & 1) << 1 | (h >> 1) << 2 | (h & 1) << 3;
            assert_near(exact[place], joint(&rbm, v, h), 12);
        }
    }
}
