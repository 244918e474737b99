//! Every training rule's gradient against the exact one.

mod goes_on;
mod sampled_hidden;

use std::{
    ops::ControlFlow,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use rand::{SeedableRng, rngs::StdRng};

use super::*;
use crate::{
    Const, Parameters,
    energy::{
        rbm::Statistics,
        units::{Bernoulli, Gaussian, GaussianVariance, Relu, Softmax},
    },
    layers::{
        Init,
        testing::{assert_close, values},
    },
    train::{Adam, Step},
};

/// A model with parameters without a pattern, in [−s, s).
fn model<I: FixedDimension, N: FixedDimension, V: Visible, H: Hidden>(s: f64, seed: u64) -> Rbm<I, N, V, H, f64> {
    let mut rbm = Rbm::new(Init::Zeros, &mut StdRng::seed_from_u64(seed));
    for (index, tensor) in rbm.slices_mut().into_iter().enumerate() {
        let drawn = values::<f64>(tensor.len(), seed + 10 * index as u64);
        tensor.iter_mut().zip(drawn).for_each(|(x, drawn)| *x = s * drawn);
    }
    rbm
}

type Small = Rbm<Const<3>, Const<2>, Bernoulli, Bernoulli, f64>;
type Rows = Batch<(Const<3>,), f64>;

fn bits(units: usize) -> Vec<Vec<f64>> {
    (0..1 << units).map(|state: usize| (0..units).map(|i| ((state >> i) & 1) as f64).collect()).collect()
}

/// Some rows, in equal parts.
fn data(repeats: usize) -> Rows {
    let rows = [[1.0, 0.0, 1.0], [0.0, 1.0, 1.0], [1.0, 1.0, 0.0], [1.0, 0.0, 0.0]];
    Batch::from_vec(rows.as_flattened().repeat(repeats)).unwrap()
}

/// All numbers of all tensors.
fn numbers<E: Element>(rbm: &impl Parameters<E>) -> Vec<f64> {
    rbm.parameters().flat_map(|tensor| tensor.values.iter().map(|x| x.as_f64()).collect::<Vec<_>>()).collect()
}

fn exact_gradient<I: FixedDimension, N: FixedDimension, V: Visible, H: Hidden>(
    rbm: &Rbm<I, N, V, H, f64>,
    data: &Batch<V::Input<I>, f64>,
    change: impl Fn(MaximumLikelihood<Sgd<f64>>) -> MaximumLikelihood<Sgd<f64>>,
) -> Vec<f64> {
    let mut learner = change(MaximumLikelihood::new()).start(rbm, data).unwrap();
    numbers(&**learner.gradient(rbm, data).unwrap())
}

/// The exact gradient against differences of the exact likelihood.
fn check_exact<I: FixedDimension, N: FixedDimension, V: Visible, H: Hidden>(temperature: f64, seed: u64) {
    let mut rbm = model::<I, N, V, H>(1.2, seed);
    rbm.set_temperature(temperature).unwrap();
    let data = rbm.generate(7, 3, &mut StdRng::seed_from_u64(seed)).unwrap();
    let found = exact_gradient(&rbm, &data, |training| training);
    let mut expected = Vec::new();
    for index in 0..rbm.tensors() {
        for i in 0..rbm.tensor(index).values.len() {
            let cost = |step: f64| {
                let mut moved = rbm.clone();
                moved.tensor_mut(index).values[i] += step;
                -moved.log_likelihood(&data, moved.log_sum_over(Rbm::<I, N, V, H, f64>::SIDE))
            };
            expected.push((cost(1e-5) - cost(-1e-5)) / 2e-5);
        }
    }
    assert_close(&found, &expected, 1e-8);
}

#[test]
fn the_exact_gradient_is_the_slope_of_the_likelihood() {
    check_exact::<Const<3>, Const<2>, Bernoulli, Bernoulli>(1.0, 1);
    check_exact::<Const<2>, Const<4>, Bernoulli, Bernoulli>(0.7, 2);
    check_exact::<Const<2>, Const<3>, Softmax<3>, Bernoulli>(1.3, 3);
    check_exact::<Const<3>, Const<2>, Gaussian, Bernoulli>(1.2, 4);
    check_exact::<Const<3>, Const<2>, GaussianVariance, Bernoulli>(0.8, 5);
    check_exact::<Const<3>, Const<2>, Bernoulli, Gaussian>(1.1, 6);
    check_exact::<Const<3>, Const<2>, Bernoulli, Relu>(0.9, 7);
    check_exact::<Const<5>, Const<2>, Bernoulli, Softmax<3>>(0.9, 8);
    check_exact::<Const<3>, Const<3>, Bernoulli, Softmax<3>>(1.0, 9);
    check_exact::<Const<3>, Const<2>, GaussianVariance, Softmax<3>>(1.2, 10);
    check_exact::<Const<2>, Const<2>, Softmax<3>, Softmax<2>>(1.1, 11);
}

/// Means within five standard deviations of a mean over `count` chains, of numbers in [0, 1].
#[track_caller]
fn assert_near(found: &[f64], expected: &[f64], count: usize) {
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        let bound = 5.0 * 0.5 / (count as f64).sqrt();
        assert!((found - expected).abs() < bound, "number {i}: {found}, expected {expected} to {bound}");
    }
}

/// The expected gradient of CD-k, through the table of transitions v → h → v.
fn expected_divergence(rbm: &Small, data: &Rows, k: usize) -> Vec<f64> {
    let (visible, hidden) = (bits(3), bits(2));
    let probability = |means: &[f64], state: &[f64]| -> f64 {
        means.iter().zip(state).map(|(p, x)| if *x == 1.0 { *p } else { 1.0 - p }).product()
    };
    let hidden_of = |v: &[f64]| rbm.hidden_means(&Batch::from_vec(v.to_vec()).unwrap()).into_vec();
    let visible_of = |h: &[f64]| rbm.visible_means(&Batch::from_vec(h.to_vec()).unwrap()).into_vec();
    let mut law = vec![0.0; 8];
    for row in data.as_slice().chunks(3) {
        law[visible.iter().position(|v| v == row).unwrap()] += 1.0 / data.samples() as f64;
    }
    let means = |law: &[f64]| {
        let mut sums =
            Statistics { weight: vec![0.0; 6], visible: vec![0.0; 3], hidden: vec![0.0; 2], variance: vec![] };
        for (v, p) in visible.iter().zip(law) {
            let h = hidden_of(v);
            (0..6).for_each(|k| sums.weight[k] += p * h[k / 3] * v[k % 3]);
            (0..3).for_each(|i| sums.visible[i] += p * v[i]);
            (0..2).for_each(|j| sums.hidden[j] += p * h[j]);
        }
        [sums.weight, sums.visible, sums.hidden].concat()
    };
    let start = means(&law);
    for _ in 0..k {
        let mut next = vec![0.0; 8];
        for (v, p) in visible.iter().zip(&law) {
            for h in &hidden {
                let p = p * probability(&hidden_of(v), h);
                let means = visible_of(h);
                visible.iter().zip(&mut next).for_each(|(v, next)| *next += p * probability(&means, v));
            }
        }
        law = next;
    }
    means(&law).iter().zip(start).map(|(model, data)| model - data).collect()
}

/// The gradient of a rule at fixed parameters, after some steps.
fn gradient(rbm: &Small, data: &Rows, training: ContrastiveDivergence<Sgd<f64>>, steps: usize) -> Vec<f64> {
    let mut learner = training.start(rbm, data).unwrap();
    for _ in 1..steps {
        learner.gradient(rbm, data).unwrap();
    }
    numbers(&**learner.gradient(rbm, data).unwrap())
}

#[test]
fn contrastive_divergence_has_its_expected_gradient() {
    let rbm: Small = model(2.0, 3);
    let rows = data(5000);
    for k in [1, 2, 5] {
        let found = gradient(&rbm, &rows, ContrastiveDivergence::new(k).seed(k as u64), 1);
        assert_near(&found, &expected_divergence(&rbm, &data(1), k), 20_000);
    }
    // With many steps it is the exact one, from which CD-1 differs by twice that bound.
    let exact = exact_gradient(&rbm, &data(1), |training| training);
    assert_near(&gradient(&rbm, &rows, ContrastiveDivergence::new(40), 1), &exact, 20_000);
    let biased = expected_divergence(&rbm, &data(1), 1);
    assert!(biased.iter().zip(&exact).any(|(biased, exact)| (biased - exact).abs() > 0.035));
}

#[test]
fn chains_that_last_have_the_exact_gradient_as_their_mean() {
    let rbm: Small = model(2.0, 3);
    let exact = exact_gradient(&rbm, &data(1), |training| training);
    let persistent = ContrastiveDivergence::new(1).persistent(20_000);
    assert_near(&gradient(&rbm, &data(1), persistent, 60), &exact, 20_000);
    // Fast parameters that do not learn stay 0.
    let fast = ContrastiveDivergence::new(1).fast_persistent(20_000, 0.0, 0.95);
    assert_near(&gradient(&rbm, &data(1), fast, 60), &exact, 20_000);
    let tempered = ContrastiveDivergence::new(1).tempered(20_000, Ladder::linear(1.0, 0.2, 2));
    assert_near(&gradient(&rbm, &data(1), tempered, 60), &exact, 20_000);
}

#[test]
fn fast_parameters_follow_the_gradient_and_fade() {
    // The chains are those of a model whose parameters are own + fast: by hand, from the same seed.
    let rbm: Small = model(1.0, 5);
    let rows = data(3);
    let (rate, memory) = (0.5, 0.9);
    let training = || ContrastiveDivergence::new(2).seed(9);
    let mut fast = training().fast_persistent(50, rate, memory).start(&rbm, &rows).unwrap();
    let mut plain = training().persistent(50).start(&rbm, &rows).unwrap();
    let mut moved = rbm.clone();
    let mut extra = vec![0.0; numbers(&rbm).len()];
    for _ in 0..4 {
        let found = numbers(&**fast.gradient(&rbm, &rows).unwrap());
        let of_moved = numbers(&**plain.gradient(&moved, &rows).unwrap());
        // Both differ in the data's part alone: E(h | v) is that of the model itself.
        let positive = |rbm: &Small| -> Vec<f64> {
            let (h, count) = (rbm.hidden_means(&rows), rows.samples() as f64);
            let pairs = h.as_slice().chunks(2).zip(rows.as_slice().chunks(3));
            let mut sums = vec![0.0; 11];
            for (h, v) in pairs {
                (0..6).for_each(|k| sums[k] += h[k / 3] * v[k % 3] / count);
                (0..3).for_each(|i| sums[6 + i] += v[i] / count);
                (0..2).for_each(|j| sums[9 + j] += h[j] / count);
            }
            sums
        };
        let (own, other) = (positive(&rbm), positive(&moved));
        let expected: Vec<f64> = (0..11).map(|k| of_moved[k] + other[k] - own[k]).collect();
        assert_close(&found, &expected, 1e-13);
        extra.iter_mut().zip(&found).for_each(|(extra, g)| *extra = memory * *extra - rate * g);
        let mut place = 0;
        for index in 0..3 {
            for (x, own) in moved.tensor_mut(index).values.iter_mut().zip(rbm.tensor(index).values) {
                *x = own + extra[place];
                place += 1;
            }
        }
    }
}

/// CD with many steps for other kinds of units: the mean over chains is the exact gradient.
fn check_kind<I: FixedDimension, N: FixedDimension, V: Visible, H: Hidden>(temperature: f64, seed: u64, spread: f64) {
    let mut rbm = model::<I, N, V, H>(0.8, seed);
    rbm.set_temperature(temperature).unwrap();
    let few = rbm.generate(4, 3, &mut StdRng::seed_from_u64(seed)).unwrap();
    let many = Batch::from_vec(few.as_slice().repeat(5000)).unwrap();
    let exact = exact_gradient(&rbm, &few, |training| training);
    let mut learner = ContrastiveDivergence::<Sgd<f64>>::new(30).seed(seed).start(&rbm, &many).unwrap();
    let found = numbers(&**learner.gradient(&rbm, &many).unwrap());
    assert_near(&found, &exact, (20_000.0 / (spread * spread)) as usize);
}

#[test]
fn other_kinds_of_units_have_the_exact_gradient_as_their_mean() {
    check_kind::<Const<2>, Const<3>, Softmax<3>, Bernoulli>(1.2, 1, 1.0);
    // v has a standard deviation near 1, and v² one near 2.
    check_kind::<Const<3>, Const<2>, Gaussian, Bernoulli>(1.2, 2, 3.0);
    check_kind::<Const<3>, Const<2>, GaussianVariance, Bernoulli>(0.8, 3, 6.0);
    check_kind::<Const<3>, Const<2>, Bernoulli, Gaussian>(1.1, 4, 3.0);
    check_kind::<Const<4>, Const<2>, Bernoulli, Softmax<3>>(0.9, 5, 1.0);
    check_kind::<Const<2>, Const<2>, Softmax<3>, Softmax<3>>(1.2, 6, 1.0);
}

#[test]
fn states_of_zeros_and_ones_have_the_same_gradient_by_a_faster_way() {
    // Enough visible units and samples for sums over subsets; the hidden side is the one that is enumerated.
    let rbm = model::<Const<30>, Const<3>, Bernoulli, Bernoulli>(1.0, 4);
    let mut rows = rbm.generate(100, 5, &mut StdRng::seed_from_u64(1)).unwrap();
    let model = rbm.exact_statistics();
    let check = |rows: &Batch<(Const<30>,), f64>| {
        let h = rbm.hidden_means(rows);
        let data = |j: usize, i: usize| -> f64 {
            let pairs = h.as_slice().chunks(3).zip(rows.as_slice().chunks(30));
            pairs.map(|(h, v)| h[j] * v[i]).sum::<f64>() / 100.0
        };
        let found = exact_gradient(&rbm, rows, |training| training);
        let expected: Vec<f64> = (0..90).map(|k| model.weight[k] - data(k / 30, k % 30)).collect();
        assert_close(&found[..90], &expected, 1e-13);
        let mean = |j: usize| h.as_slice().iter().skip(j).step_by(3).sum::<f64>() / 100.0;
        let expected: Vec<f64> = (0..3).map(|j| model.hidden[j] - mean(j)).collect();
        assert_close(&found[120..], &expected, 1e-13);
    };
    check(&rows);
    // A grey number takes the other way.
    rows.as_mut_slice()[7] = 0.5;
    check(&rows);
}

#[test]
fn the_step_of_the_notes() {
    let mut rbm: Rbm<Const<2>, Const<2>, Bernoulli, Bernoulli, f64> =
        Rbm::new(Init::Zeros, &mut StdRng::seed_from_u64(1));
    rbm.weight_mut().fill(0.5);
    let start = rbm.clone();
    let data = Batch::from_vec(vec![0.0, 1.0]).unwrap();
    let near = |found: f64, expected: f64| assert!((found - expected).abs() < 5e-10, "{found}, not {expected}");
    // The notes have no biases: they stay where they are.
    let step = |rate: f64| {
        let mut rbm = start.clone();
        MaximumLikelihood::new().rate(rate).fit(&mut rbm, &data).unwrap();
        rbm.visible_bias_mut().fill(0.0);
        rbm.hidden_bias_mut().fill(0.0);
        rbm
    };
    let small = step(0.1);
    for (w, expected) in small.weight().iter().zip([0.454_564_743, 0.516_810_676].repeat(2)) {
        near(*w, expected);
    }
    near(small.log_partition_exact().exp(), 31.058_777_196);
    near(small.log_likelihood_exact(&data).exp(), 0.230_677_826);
    near(step(1.0).log_likelihood_exact(&data).exp(), 0.332_961_042);
}

#[test]
fn decays_and_sparsity_add_their_gradients() {
    let rbm: Small = model(1.0, 2);
    let rows = data(1);
    let plain = exact_gradient(&rbm, &rows, |training| training);
    let decayed = exact_gradient(&rbm, &rows, |training| training.l1(0.3).l2(0.2));
    for (k, (found, plain)) in decayed.iter().zip(&plain).enumerate() {
        let expected = rbm.slices()[0].get(k).map_or(0.0, |w| 0.3 * w.signum() + 0.2 * w);
        assert!((found - plain - expected).abs() < 1e-14);
    }
    let sparse = exact_gradient(&rbm, &rows, |training| training.sparsity(0.1, 0.5));
    let h = rbm.hidden_means(&rows);
    let mean = |j: usize| h.as_slice().iter().skip(j).step_by(2).sum::<f64>() / 4.0;
    let visible = |i: usize| rows.as_slice().iter().skip(i).step_by(3).sum::<f64>() / 4.0;
    for (k, (found, plain)) in sparse.iter().zip(&plain).enumerate() {
        let expected = match k {
            0..6 => 0.5 * (mean(k / 3) - 0.1) * visible(k % 3),
            6..9 => 0.0,
            _ => 0.5 * (mean(k - 9) - 0.1),
        };
        assert!((found - plain - expected).abs() < 1e-14, "number {k}");
    }
}

#[test]
fn centering_is_the_gradient_of_the_centered_model() {
    let rbm: Small = model(1.0, 2);
    let rows = data(1);
    let found = exact_gradient(&rbm, &rows, |training| training.centering(0.01));
    // θ′ = (W, b′, c′) of E = −b′ᵀ(v − μ) − c′ᵀ(h − λ) − (h − λ)ᵀ W (v − μ), which is the model with b = b′ − Wᵀλ and c = c′ − W μ.
    let h = rbm.hidden_means(&rows);
    let lambda: Vec<f64> = (0..2).map(|j| h.as_slice().iter().skip(j).step_by(2).sum::<f64>() / 4.0).collect();
    let mu: Vec<f64> = (0..3).map(|i| rows.as_slice().iter().skip(i).step_by(3).sum::<f64>() / 4.0).collect();
    let plain = |centered: &[f64]| {
        let mut rbm = rbm.clone();
        let w = |j: usize, i: usize| centered[3 * j + i];
        rbm.tensor_mut(0).values.copy_from_slice(&centered[..6]);
        for i in 0..3 {
            rbm.tensor_mut(1).values[i] = centered[6 + i] - (0..2).map(|j| w(j, i) * lambda[j]).sum::<f64>();
        }
        for j in 0..2 {
            rbm.tensor_mut(2).values[j] = centered[9 + j] - (0..3).map(|i| w(j, i) * mu[i]).sum::<f64>();
        }
        rbm
    };
    let mut centered = numbers(&rbm);
    for i in 0..3 {
        centered[6 + i] += (0..2).map(|j| centered[3 * j + i] * lambda[j]).sum::<f64>();
    }
    for j in 0..2 {
        centered[9 + j] += (0..3).map(|i| centered[3 * j + i] * mu[i]).sum::<f64>();
    }
    assert_close(&numbers(&plain(&centered)), &numbers(&rbm), 1e-14);
    let slope: Vec<f64> = (0..11)
        .map(|k| {
            let cost = |step: f64| {
                let mut moved = centered.clone();
                moved[k] += step;
                -plain(&moved).log_likelihood_exact(&rows)
            };
            (cost(1e-5) - cost(-1e-5)) / 2e-5
        })
        .collect();
    // A step against that slope, in the model's own parameters.
    let step = 1e-3;
    let moved: Vec<f64> = centered.iter().zip(&slope).map(|(x, s)| x - step * s).collect();
    let expected: Vec<f64> =
        numbers(&plain(&moved)).iter().zip(numbers(&rbm)).map(|(after, before)| (before - after) / step).collect();
    assert_close(&found, &expected, 1e-7);
}

#[test]
fn every_rule_learns_two_patterns() {
    let patterns = [[1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 1.0]];
    let data: Batch<(Const<4>,), f64> = Batch::from_vec(patterns.as_flattened().repeat(50)).unwrap();
    let start: Rbm<Const<4>, Const<6>, Bernoulli, Bernoulli, f64> =
        Rbm::new(Init::Normal(0.01), &mut StdRng::seed_from_u64(1));
    let likelihood = |training: ContrastiveDivergence<Sgd<f64>>| {
        let mut rbm = start.clone();
        let report = training.rate(0.1).momentum(0.5).epochs(400).fit(&mut rbm, &data).unwrap();
        assert_eq!(report.epochs.len(), 400);
        rbm.log_likelihood_exact(&data)
    };
    // The best is −ln 2 = −0.69; independent units have −2.77.
    let cd = || ContrastiveDivergence::new(5);
    for (name, found) in [
        ("cd", likelihood(cd())),
        ("pcd", likelihood(cd().persistent(100))),
        ("fast", likelihood(cd().fast_persistent(100, 0.1, 0.95))),
        ("tempered", likelihood(cd().tempered(50, Ladder::linear(1.0, 0.0, 4)))),
        ("centered", likelihood(cd().persistent(100).centering(0.01))),
    ] {
        assert!(found > -0.95, "{name}: {found}");
    }
    let mut exact = start.clone();
    MaximumLikelihood::new().optimizer(Adam::new(0.05)).epochs(200).fit(&mut exact, &data).unwrap();
    assert!(exact.log_likelihood_exact(&data) > -0.75);
}

#[test]
fn the_report_tells_rates_swaps_and_the_gap() {
    let mut rbm: Small = model(0.1, 1);
    let (train, test) = (data(5), data(1));
    let training = ContrastiveDivergence::new(1).tempered(10, Ladder::linear(1.0, 0.5, 2)).schedule(Step::new(2, 0.5));
    let report = training.rate(0.4).epochs(4).batch_size(7).fit_and_validate(&mut rbm, &train, &test).unwrap();
    let rates: Vec<f64> = report.epochs.iter().map(|epoch| epoch.rate).collect();
    assert_eq!(rates, [0.4, 0.4, 0.2, 0.2]);
    let last = &report.epochs[3];
    assert!(last.swap_rates.len() == 2 && last.swap_rates.iter().all(|&rate| rate > 0.5));
    assert!(last.free_energy_gap.is_some_and(|gap| gap.abs() < 1e-12), "the same rows in both");
    assert!(last.reconstruction_error > 0.0 && last.reconstruction_error < 1.0);
}

#[test]
fn epochs_of_a_loop_are_those_of_a_training_and_a_callback_ends_it() {
    let training = || ContrastiveDivergence::new(1).persistent(6).batch_size(7).schedule(Step::new(2, 0.5)).epochs(5);
    let (mut whole, mut looped): (Small, Small) = (model(0.1, 1), model(0.1, 1));
    let report = training().fit(&mut whole, &data(5)).unwrap();
    let mut learner = training().start(&looped, &data(5)).unwrap();
    for expected in &report.epochs {
        let epoch = learner.epoch(&mut looped, &data(5)).unwrap();
        assert_eq!(epoch, EnergyEpoch { duration: epoch.duration, ..expected.clone() });
    }
    assert_eq!(numbers(&whole), numbers(&looped));
    let error = learner.epoch(&mut looped, &Batch::from_vec(vec![0.0, f64::NAN, 1.0]).unwrap()).unwrap_err();
    assert!(matches!(error, EnergyError::Value { sample: 0, element: 1, .. }));

    let (seen, count) = (Arc::new(AtomicUsize::new(0)), |seen: &AtomicUsize| seen.load(Ordering::Relaxed));
    let shared = seen.clone();
    let stopping = training().callback(move |epoch| {
        shared.fetch_add(1, Ordering::Relaxed);
        if epoch.epoch == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    let report = stopping.fit(&mut whole, &data(5)).unwrap();
    assert_eq!((report.epochs.len(), count(&seen)), (3, 3));
}

#[test]
fn the_threads_change_no_bit() {
    type Wide = Rbm<Const<60>, Const<40>>;
    let rows: Batch<(Const<60>,)> =
        Batch::from_vec(values::<f32>(60 * 300, 1).iter().map(|x| f32::from(u8::from(*x > 0.0))).collect()).unwrap();
    let run = |threads: usize, tempered: bool| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let mut rbm: Wide = Rbm::new(Init::Normal(0.1), &mut StdRng::seed_from_u64(1));
            let mut training = ContrastiveDivergence::new(2).batch_size(128).epochs(2);
            if tempered {
                training = training.tempered(64, Ladder::linear(1.0, 0.5, 3));
            }
            training.fit(&mut rbm, &rows).unwrap();
            numbers(&rbm)
        })
    };
    assert_eq!(run(1, false), run(3, false));
    assert_eq!(run(1, true), run(3, true));
}

#[test]
fn bad_data_and_options_are_named() {
    let mut rbm: Small = model(0.1, 1);
    let mut message =
        |training: ContrastiveDivergence<Sgd<f64>>| training.fit(&mut rbm, &data(1)).unwrap_err().to_string();
    let cd = || ContrastiveDivergence::new(1);
    assert_eq!(message(cd().l2(-1.0)), "expected `l2` to be finite and not negative, found -1");
    assert_eq!(message(cd().batch_size(0)), "expected `batch_size` to be at least 1, found 0");
    assert_eq!(message(cd().centering(2.0)), "expected `centering` to be from 0 to 1, found 2");
    assert_eq!(message(cd().persistent(0)), "expected `persistent` to be at least 1 chain, found 0");
    let fast = "expected `fast_persistent` to be a rate of at least 0 and a memory from 0 to below 1, found 1";
    assert_eq!(message(cd().fast_persistent(1, 0.1, 1.0)), fast);
    let ladder = Ladder::linear(0.5, 0.1, 1);
    assert_eq!(message(cd().tempered(1, ladder)), "expected `tempered` to be a ladder that begins at 1, found 0.5");
    assert_eq!(message(cd().rate(f64::NAN)), "expected `rate` to be finite and not negative, found NaN");
    let error = cd().fit(&mut rbm, &Batch::zeros(0)).unwrap_err();
    assert_eq!(error.to_string(), "expected training data, found no samples");
    let error = cd().fit(&mut rbm, &Batch::from_vec(vec![0.0, 2.0, 1.0]).unwrap()).unwrap_err();
    assert!(matches!(error, EnergyError::Value { sample: 0, element: 1, .. }));
    let mut learner = cd().start(&rbm, &data(1)).unwrap();
    assert_eq!(learner.step(&mut rbm, &Batch::zeros(0)), Err(EnergyError::Empty { what: "a batch" }));
    rbm.weight_mut()[[0, 1]] = f64::NAN;
    let error = cd().fit(&mut rbm, &data(1)).unwrap_err().to_string();
    assert!(
        error.starts_with("expected finite gradients and parameters, found NaN in `weight` in epoch 1;"),
        "{error}"
    );
}
