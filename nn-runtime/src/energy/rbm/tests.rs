//! Every conditional, energy and estimate against sums over all states.

use rand::{SeedableRng, rngs::StdRng};

use super::{exact::Side, *};
use crate::{
    BatchView, Const,
    energy::{
        Few,
        units::{Gaussian, GaussianVariance, Relu, Softmax},
    },
    layers::testing::{assert_close, values},
    samplers::{
        Blocks, Chains, Ladder, Tempering,
        testing::{ALPHA, assert_frequencies, frequencies},
    },
};

/// A model with parameters without a pattern, in [−1.5, 1.5).
pub(super) fn model<I: FixedDimension, N: FixedDimension, V: Visible, H: Hidden>(seed: u64) -> Rbm<I, N, V, H, f64> {
    let mut rbm = Rbm::new(Init::Zeros, &mut StdRng::seed_from_u64(seed));
    for (index, tensor) in rbm.slices_mut().into_iter().enumerate() {
        let drawn = values::<f64>(tensor.len(), seed + 10 * index as u64);
        tensor.iter_mut().zip(drawn).for_each(|(x, drawn)| *x = 1.5 * drawn);
    }
    rbm
}

/// All rows of `units` units.
fn all_states<V: Visible>(units: usize) -> Vec<Vec<f64>> {
    let row = |state: usize| {
        let mut row = vec![0.0; units * V::LEVELS];
        let mut rest = state;
        for unit in 0..units {
            if let Some(level) = V::level(rest % V::STATES) {
                row[unit * V::LEVELS + level] = 1.0;
            }
            rest /= V::STATES;
        }
        row
    };
    (0..V::STATES.pow(units as u32)).map(row).collect()
}

fn bits(units: usize) -> Vec<Vec<f64>> {
    all_states::<Bernoulli>(units)
}

/// E(v, h) by loops over its definition.
fn energy<I: FixedDimension, N: FixedDimension, V: Visible, H: Hidden>(
    rbm: &Rbm<I, N, V, H, f64>,
    v: &[f64],
    h: &[f64],
) -> f64 {
    let variance = |i: usize| rbm.log_variance.get(i).map_or(1.0, |z| z.exp());
    let own: f64 = (0..v.len())
        .map(|i| match V::STATES {
            0 => (v[i] - rbm.visible_bias[i]).powi(2) / (2.0 * variance(i)),
            _ => -rbm.visible_bias[i] * v[i],
        })
        .sum();
    let hidden: f64 = h.iter().zip(&*rbm.hidden_bias).map(|(h, c)| H::own_energy(*h) - h * c).sum();
    let both: f64 =
        (0..v.len() * h.len()).map(|k| rbm.weight[k] * h[k / v.len()] * v[k % v.len()] / variance(k % v.len())).sum();
    own + hidden - both
}

/// All rows of hidden units.
fn hidden_states<H: Hidden>(units: usize) -> Vec<Vec<f64>> {
    let row = |state: usize| {
        let mut row = vec![0.0; units * H::LEVELS];
        for unit in 0..units {
            if let Some(level) = H::level(state / H::STATES.pow(unit as u32) % H::STATES) {
                row[unit * H::LEVELS + level] = 1.0;
            }
        }
        row
    };
    (0..H::STATES.pow(units as u32)).map(row).collect()
}

/// ln Σ over h of exp(−E / T).
fn log_marginal<I: FixedDimension, N: FixedDimension, V: Visible, H: Hidden>(
    rbm: &Rbm<I, N, V, H, f64>,
    v: &[f64],
) -> f64 {
    hidden_states::<H>(N::SIZE).iter().map(|h| (-energy(rbm, v, h) / rbm.temperature).exp()).sum::<f64>().ln()
}

pub(super) fn batch<S: crate::FixedShape>(rows: &[Vec<f64>]) -> Batch<S, f64> {
    Batch::from_vec(rows.concat()).unwrap()
}

/// Energies, free energies, ln Z and pseudo-likelihood of a model of which all states can be counted.
fn check_sums<I: FixedDimension, N: FixedDimension, V: Visible, H: Hidden>(temperature: f64, seed: u64) {
    let mut rbm = model::<I, N, V, H>(seed);
    rbm.set_temperature(temperature).unwrap();
    let (visible, hidden) = (all_states::<V>(I::SIZE), hidden_states::<H>(N::SIZE));
    for h in &hidden {
        let repeated = vec![h.clone(); visible.len()];
        let found = rbm.energies(&batch(&visible), &batch(&repeated)).unwrap();
        let expected: Vec<f64> = visible.iter().map(|v| energy(&rbm, v, h)).collect();
        assert_close(&found, &expected, 1e-13);
    }
    let logs: Vec<f64> = visible.iter().map(|v| log_marginal(&rbm, v)).collect();
    let free: Vec<f64> = logs.iter().map(|log| -log * temperature).collect();
    assert_close(&rbm.free_energies(&batch(&visible)), &free, 1e-13);
    let log_partition = logs.iter().map(|log| log.exp()).sum::<f64>().ln();
    for side in [Side::Visible, Side::Hidden] {
        assert!((rbm.log_sum_over(side) - log_partition).abs() < 1e-12, "{side:?}");
    }
    let data = batch(&visible[..2]);
    let expected = (logs[0] + logs[1]) / 2.0 - log_partition;
    assert!((rbm.log_likelihood(&data, rbm.log_sum_over(Rbm::<I, N, V, H, f64>::SIDE)) - expected).abs() < 1e-12);
    let gap = rbm.free_energy_gap(&data, &batch::<V::Input<I>>(&visible[1..2]));
    assert!((gap - (free[1] - free[0]) / 2.0).abs() < 1e-12);

    // p(vᵢ | others) by the joint table: the states that differ from it in one unit alone.
    let pseudo = |state: usize| -> f64 {
        let unit = |unit: usize| {
            let place = V::STATES.pow(unit as u32);
            let digit = state / place % V::STATES;
            let others = (0..V::STATES).map(|other| logs[state + other * place - digit * place].exp());
            logs[state] - others.sum::<f64>().ln()
        };
        (0..I::SIZE).map(unit).sum()
    };
    let expected = (0..visible.len()).map(pseudo).sum::<f64>() / visible.len() as f64;
    assert!((rbm.pseudo_log_likelihood(&batch(&visible)) - expected).abs() < 1e-12);

    // p(h | v) and p(v | h) by the joint table; and the means that they have.
    let mut hidden_logs = vec![0.0; hidden.len()];
    for (j, h) in hidden.iter().enumerate() {
        let weights: Vec<f64> = visible.iter().map(|v| (-energy(&rbm, v, h) / temperature).exp()).collect();
        hidden_logs[j] = weights.iter().sum::<f64>().ln();
        let repeated = batch(&vec![h.clone(); visible.len()]);
        let found = rbm.log_conditional_hidden(&batch(&visible), &repeated).unwrap();
        let expected: Vec<f64> = weights.iter().zip(&logs).map(|(w, log)| w.ln() - log).collect();
        assert_close(&found, &expected, 1e-12);
        let found = rbm.log_conditional_visible(&batch(&visible), &repeated).unwrap();
        let expected: Vec<f64> = weights.iter().map(|w| w.ln() - hidden_logs[j]).collect();
        assert_close(&found, &expected, 1e-12);
        let mut mean = vec![0.0; visible[0].len()];
        for (v, log) in visible.iter().zip(&found) {
            mean.iter_mut().zip(v).for_each(|(mean, v)| *mean += log.exp() * v);
        }
        assert_close(&rbm.visible_means(&batch(&hidden[j..=j])).into_vec(), &mean, 1e-12);
    }
    for v in &visible {
        let found = rbm.log_conditional_hidden(&batch(&vec![v.clone(); hidden.len()]), &batch(&hidden)).unwrap();
        let mut mean = vec![0.0; hidden[0].len()];
        for (h, log) in hidden.iter().zip(&found) {
            mean.iter_mut().zip(h).for_each(|(mean, h)| *mean += log.exp() * h);
        }
        assert_close(&rbm.hidden_means(&batch(std::slice::from_ref(v))).into_vec(), &mean, 1e-12);
    }
}

#[test]
fn energies_and_sums_agree_with_counting_all_states() {
    check_sums::<Const<3>, Const<2>, Bernoulli, Bernoulli>(1.0, 1);
    check_sums::<Const<2>, Const<5>, Bernoulli, Bernoulli>(0.7, 2);
    check_sums::<Const<6>, Const<4>, Bernoulli, Bernoulli>(1.0, 3);
    check_sums::<Const<7>, Const<7>, Bernoulli, Bernoulli>(1.8, 4);
    check_sums::<Const<2>, Const<3>, Softmax<3>, Bernoulli>(1.0, 5);
    check_sums::<Const<3>, Const<2>, Softmax<4>, Bernoulli>(1.4, 6);
    check_sums::<Const<4>, Const<2>, Bernoulli, Softmax<3>>(1.0, 7);
    check_sums::<Const<3>, Const<3>, Bernoulli, Softmax<2>>(0.7, 8);
    check_sums::<Const<2>, Const<2>, Softmax<3>, Softmax<4>>(1.4, 9);
}

#[test]
fn both_sides_give_the_same_sum() {
    // Seven visible units are more than six hidden ones; the transposed model sums over the other side.
    let rbm = model::<Const<7>, Const<6>, Bernoulli, Bernoulli>(8);
    let mut transposed = model::<Const<6>, Const<7>, Bernoulli, Bernoulli>(9);
    transposed.weight_mut().assign(&rbm.weight().t());
    transposed.visible_bias_mut().assign(&rbm.hidden_bias());
    transposed.hidden_bias_mut().assign(&rbm.visible_bias());
    assert!((rbm.log_partition_exact() - transposed.log_partition_exact()).abs() < 1e-12);
    let (a, b) = (rbm.exact_statistics(), transposed.exact_statistics());
    assert_close(&a.visible, &b.hidden, 1e-12);
    assert_close(&a.hidden, &b.visible, 1e-12);
    for (k, w) in a.weight.iter().enumerate() {
        assert!((w - b.weight[k % 7 * 6 + k / 7]).abs() < 1e-12);
    }
}

/// ∫ f over [−30, 30] by the trapezoidal rule, which is exact to rounding for smooth functions that vanish at both ends.
pub(super) fn integral(f: impl Fn(f64) -> f64) -> f64 {
    (-6000..=6000).map(|i| f(f64::from(i) / 200.0)).sum::<f64>() / 200.0
}

#[test]
fn gaussian_units_agree_with_integrals() {
    for temperature in [1.0, 0.6] {
        let mut real = model::<Const<1>, Const<3>, Gaussian, Bernoulli>(3);
        real.set_temperature(temperature).unwrap();
        let log = integral(|v| log_marginal(&real, &[v]).exp()).ln();
        assert!((real.log_partition_exact() - log).abs() < 1e-10);

        let mut learned = model::<Const<1>, Const<3>, GaussianVariance, Bernoulli>(4);
        learned.set_temperature(temperature).unwrap();
        let log = integral(|v| log_marginal(&learned, &[v]).exp()).ln();
        assert!((learned.log_partition_exact() - log).abs() < 1e-10);

        let mut hidden = model::<Const<3>, Const<1>, Bernoulli, Gaussian>(5);
        hidden.set_temperature(temperature).unwrap();
        let free = hidden.free_energies(&batch(&bits(3)));
        for (v, free) in bits(3).iter().zip(free) {
            let log = integral(|h| (-energy(&hidden, v, &[h]) / temperature).exp()).ln();
            assert!((-free / temperature - log).abs() < 1e-10);
        }
    }
}

/// ⟨∂E/∂θ⟩ over the model is −T ∂ ln Z / ∂θ, by differences.
fn check_statistics<I: FixedDimension, N: FixedDimension, V: Visible, H: Hidden>(temperature: f64, seed: u64) {
    let mut rbm = model::<I, N, V, H>(seed);
    rbm.set_temperature(temperature).unwrap();
    let found = rbm.exact_statistics();
    for (index, found) in [found.weight, found.visible, found.hidden, found.variance].into_iter().enumerate() {
        let expected: Vec<f64> = (0..found.len())
            .map(|i| {
                let at = |step: f64| {
                    let mut moved = rbm.clone();
                    moved.slices_mut()[index][i] += step;
                    moved.log_sum_over(Rbm::<I, N, V, H, f64>::SIDE)
                };
                let slope = temperature * (at(1e-5) - at(-1e-5)) / 2e-5;
                // Of a Gaussian's bias, −∂E/∂b is (v − b) / σ², and s(v) less of it b / σ².
                let variance = rbm.log_variance.get(i).map_or(1.0, |z| z.exp());
                if index == 1 && V::STATES == 0 { slope + rbm.visible_bias[i] / variance } else { slope }
            })
            .collect();
        assert_close(&found, &expected, 1e-8);
    }
}

#[test]
fn exact_means_are_the_slopes_of_the_exact_sum() {
    check_statistics::<Const<3>, Const<2>, Bernoulli, Bernoulli>(1.0, 1);
    check_statistics::<Const<3>, Const<5>, Bernoulli, Bernoulli>(0.7, 2);
    check_statistics::<Const<8>, Const<7>, Bernoulli, Bernoulli>(1.0, 3);
    check_statistics::<Const<2>, Const<7>, Softmax<3>, Bernoulli>(1.3, 4);
    check_statistics::<Const<4>, Const<3>, Gaussian, Bernoulli>(1.2, 5);
    check_statistics::<Const<4>, Const<3>, GaussianVariance, Bernoulli>(0.8, 6);
    check_statistics::<Const<3>, Const<4>, Bernoulli, Gaussian>(1.1, 7);
    check_statistics::<Const<3>, Const<4>, Bernoulli, Relu>(0.9, 8);
    // 27 hidden states beside 16 visible ones and beside uncountably many, and 9 beside 32.
    check_statistics::<Const<4>, Const<3>, Bernoulli, Softmax<3>>(1.1, 9);
    check_statistics::<Const<5>, Const<2>, Bernoulli, Softmax<3>>(0.8, 10);
    check_statistics::<Const<3>, Const<3>, GaussianVariance, Softmax<3>>(0.8, 11);
    check_statistics::<Const<2>, Const<2>, Softmax<3>, Softmax<2>>(1.3, 12);
}

/// Long-run frequencies of v, and of h where it has states, against the joint table.
fn check_chains<I: FixedDimension, N: Few>(temperature: f64, beta: f64, seed: u64) {
    let mut rbm = model::<I, N, Bernoulli, Bernoulli>(seed);
    rbm.set_temperature(temperature).unwrap();
    let mut chains = Chains::starting_at(&rbm, vec![0.0; 20_000 * I::SIZE], seed).unwrap();
    chains.gibbs_at(&rbm, beta, 60).unwrap();
    rbm.set_temperature(temperature / beta).unwrap();
    let log = rbm.log_partition_exact();
    let states = (0..1 << (I::SIZE + N::SIZE)).map(|state: usize| {
        let (v, h) = (&bits(I::SIZE)[state % (1 << I::SIZE)], &bits(N::SIZE)[state >> I::SIZE]);
        (-energy(&rbm, v, h) / rbm.temperature - log).exp()
    });
    let counts = frequencies(chains.first(), I::SIZE, chains.second(), N::SIZE);
    assert_frequencies(&counts, &states.collect::<Vec<_>>(), ALPHA);
}

#[test]
fn long_run_frequencies_agree_with_the_joint_table() {
    check_chains::<Const<2>, Const<2>>(1.0, 1.0, 1);
    check_chains::<Const<3>, Const<2>>(1.0, 1.0, 2);
    check_chains::<Const<2>, Const<4>>(1.5, 1.0, 3);
    check_chains::<Const<4>, Const<3>>(1.0, 0.5, 4);
}

#[test]
fn softmax_frequencies_agree_with_the_joint_table() {
    let rbm = model::<Const<3>, Const<2>, Softmax<3>, Bernoulli>(7);
    let start = rbm.generate(20_000, 0, &mut StdRng::seed_from_u64(2)).unwrap();
    let mut chains = rbm.chains_from(&start, 3).unwrap();
    chains.gibbs(&rbm, 60).unwrap();
    let states = all_states::<Softmax<3>>(3);
    let log = rbm.log_partition_exact();
    let table: Vec<f64> = states.iter().map(|v| (log_marginal(&rbm, v) - log).exp()).collect();
    let mut counts = vec![0; states.len()];
    for row in chains.first().chunks(9) {
        counts[states.iter().position(|state| state == row).unwrap()] += 1;
    }
    assert_frequencies(&counts, &table, ALPHA);
}

/// Long-run frequencies of pairs of softmax states, the pair of one sample being one of the joint distribution.
#[test]
fn softmax_pairs_agree_with_the_joint_table() {
    let mut rbm = model::<Const<2>, Const<2>, Softmax<3>, Softmax<3>>(7);
    rbm.set_temperature(1.3).unwrap();
    let start = rbm.generate(20_000, 0, &mut StdRng::seed_from_u64(2)).unwrap();
    let mut chains = rbm.chains_from(&start, 3).unwrap();
    chains.gibbs(&rbm, 60).unwrap();
    let states = all_states::<Softmax<3>>(2);
    let log = rbm.log_partition_exact();
    let pairs = states.iter().flat_map(|v| states.iter().map(move |h| (v, h)));
    let table: Vec<f64> = pairs.map(|(v, h)| (-energy(&rbm, v, h) / 1.3 - log).exp()).collect();
    let place = |row: &[f64]| states.iter().position(|state| state == row).unwrap();
    let mut counts = vec![0; table.len()];
    for (v, h) in chains.first().chunks(6).zip(chains.second().chunks(6)) {
        counts[place(v) * states.len() + place(h)] += 1;
    }
    assert_frequencies(&counts, &table, ALPHA);
}

/// Draws from one field, counted in 20 cells that are equally likely by the distribution function `below`.
pub(super) fn check_law(draws: &[f64], below: impl Fn(f64) -> f64) {
    let mut counts = vec![0; 20];
    for &x in draws {
        counts[((below(x) * 20.0) as usize).min(19)] += 1;
    }
    assert_frequencies(&counts, &[0.05; 20], ALPHA);
}

pub(super) fn normal(x: f64) -> f64 {
    0.5 * libm::erfc(-x / std::f64::consts::SQRT_2)
}

#[test]
fn gaussian_chains_have_the_variance_of_the_model() {
    // Gaussian on both sides: v is normal, with the precision 1 − Σ w² for one visible unit.
    let mut rbm: Rbm<Const<1>, Const<2>, Gaussian, Gaussian, f64> =
        Rbm::new(Init::Zeros, &mut StdRng::seed_from_u64(1));
    rbm.weight_mut().assign(&ndarray::array![[0.5], [0.4]]);
    let mut chains = Chains::starting_at(&rbm, vec![0.0; 20_000], 4).unwrap();
    chains.gibbs(&rbm, 60).unwrap();
    let deviation = (1.0_f64 / (1.0 - 0.41)).sqrt();
    check_law(chains.first(), |x| normal(x / deviation));
}

#[test]
fn tempering_keeps_the_distribution_of_the_model() {
    let rbm = model::<Const<4>, Const<3>, Bernoulli, Bernoulli>(12);
    let ladder = Ladder::linear(1.0, 0.25, 3);
    let mut tempering = Tempering::starting_at(&rbm, ladder, vec![0.0; 20_000 * 4], 4).unwrap();
    tempering.run(&rbm, 40).unwrap();
    let log = rbm.log_partition_exact();
    let table: Vec<f64> = bits(4).iter().map(|v| (log_marginal(&rbm, v) - log).exp()).collect();
    assert_frequencies(&frequencies(tempering.first(0), 4, &[] as &[f64], 0), &table, ALPHA);
    assert!(tempering.swap_rates().iter().all(|&rate| rate > 0.3 && rate < 1.0));
}

/// The ratios that tempering asks for, against free energies at both temperatures.
fn check_ratios<V: Visible, H: Hidden>(seed: u64) {
    let rbm = model::<Const<3>, Const<4>, V, H>(seed);
    let v = rbm.generate(5, 2, &mut StdRng::seed_from_u64(3)).unwrap();
    let (mut scratch, mut ratios) = (vec![0.0; 20 * H::LEVELS], vec![0.0; 5]);
    rbm.log_ratios(0.4, 0.9, v.as_slice(), &mut scratch, &mut ratios);
    let at = |beta: f64| {
        let mut rbm = rbm.clone();
        rbm.set_temperature(1.0 / beta).unwrap();
        rbm.free_energies(&v).iter().map(|free| -free * beta).collect::<Vec<_>>()
    };
    let expected: Vec<f64> = at(0.9).iter().zip(at(0.4)).map(|(to, from)| to - from).collect();
    assert_close(&ratios, &expected, 1e-12);
}

#[test]
fn ratios_are_those_of_the_free_energies() {
    check_ratios::<Bernoulli, Bernoulli>(1);
    check_ratios::<Gaussian, Bernoulli>(2);
    check_ratios::<GaussianVariance, Bernoulli>(3);
    check_ratios::<Softmax<2>, Gaussian>(4);
    check_ratios::<Bernoulli, Relu>(5);
    check_ratios::<Bernoulli, Softmax<3>>(6);
}

/// Both directions and RAISE against the exact sum.
fn check_ais<I: FixedDimension, N: FixedDimension, V: Visible, H: Hidden>(seed: u64, rates: bool) {
    let rbm = model::<I, N, V, H>(seed);
    let rng = &mut StdRng::seed_from_u64(seed);
    let data = rbm.generate(1000, 200, rng).unwrap();
    let mut ais = Ais::default().chains(400).ladder(Ladder::linear(0.0, 1.0, 60));
    if rates {
        ais = ais.base_rates(&rbm, &data).unwrap();
    }
    let exact = rbm.log_sum_over(Rbm::<I, N, V, H, f64>::SIDE);
    let forward = rbm.log_partition_ais(&ais, rng).unwrap();
    let error = (forward.log_partition - exact).abs();
    assert!(error < 3.0 * forward.standard_error, "forward: {forward:?}, exact {exact}");
    assert!(forward.interval[0] < exact && exact < forward.interval[1] && forward.standard_error < 0.5);
    let reverse = rbm.log_partition_reverse(&ais, &data, rng).unwrap();
    let error = (reverse.log_partition - exact).abs();
    assert!(error < 3.0 * reverse.standard_error, "reverse: {reverse:?}, exact {exact}");
    assert!(reverse.interval[0] < exact && exact < reverse.interval[1]);
    // Over samples of the model the mean of the logarithms is below ln p, and with many steps not far.
    let raise = rbm.log_likelihood_reverse(&ais.chains(4), &data, rng).unwrap();
    let likelihood = rbm.log_likelihood(&data, exact);
    assert!(
        raise.mean < likelihood + 3.0 * raise.standard_error && raise.mean > likelihood - 0.3,
        "{raise:?}, {likelihood}"
    );
}

#[test]
fn annealed_importance_sampling_is_within_three_standard_errors() {
    check_ais::<Const<5>, Const<4>, Bernoulli, Bernoulli>(1, false);
    check_ais::<Const<8>, Const<6>, Bernoulli, Bernoulli>(2, true);
    check_ais::<Const<3>, Const<3>, Softmax<3>, Bernoulli>(3, true);
    check_ais::<Const<3>, Const<3>, Gaussian, Bernoulli>(4, true);
    check_ais::<Const<3>, Const<3>, GaussianVariance, Bernoulli>(5, false);
    check_ais::<Const<5>, Const<2>, Bernoulli, Softmax<4>>(6, true);
}

#[test]
fn base_rates_are_the_means_of_the_data() {
    let mut rbm: Rbm<Const<2>, Const<2>, Bernoulli, Bernoulli, f64> = model(1);
    rbm.set_temperature(2.0).unwrap();
    rbm.weight_mut().fill(0.0);
    let data = Batch::from_vec(vec![1.0, 0.0, 1.0, 1.0, 1.0, 0.0]).unwrap();
    rbm.adopt_means(&data).unwrap();
    let means = rbm.visible_means(&Batch::zeros(1));
    assert_close(means.as_slice(), &[4.0 / 5.0, 2.0 / 5.0], 1e-14);
    let empty = rbm.adopt_means(&Batch::zeros(0)).unwrap_err();
    assert_eq!(empty.to_string(), "expected data to take means of, found no samples");
}

#[test]
fn the_notes_two_by_two_machine() {
    let mut rbm: Rbm<Const<2>, Const<2>, Bernoulli, Bernoulli, f64> =
        Rbm::new(Init::Zeros, &mut StdRng::seed_from_u64(1));
    rbm.weight_mut().fill(0.5);
    let near = |found: f64, expected: f64| assert!((found - expected).abs() < 5e-10, "{found}, not {expected}");
    near(rbm.log_partition_exact().exp(), 31.857_068_496);
    let data: Batch<(Const<2>,), f64> = Batch::from_vec(vec![0.0, 1.0]).unwrap();
    near(rbm.log_likelihood_exact(&data).exp(), 0.220_225_046);
    // p(h = [0, 0] | v)
    for (v, expected) in [([0.0, 0.0], 0.25), ([0.0, 1.0], 0.142_536_957), ([1.0, 0.0], 0.142_536_957)] {
        let h = rbm.hidden_means(&BatchView::from_slice(&v).unwrap());
        near(h.as_slice().iter().map(|h| 1.0 - h).product(), expected);
    }
    let h = rbm.hidden_means(&BatchView::from_slice(&[1.0, 1.0]).unwrap());
    assert!((h.as_slice().iter().map(|h| 1.0 - h).product::<f64>() - 0.0723).abs() < 5e-5);
    near(rbm.hidden_means(&data).as_slice()[0], 0.622_459_331);
    let model = rbm.exact_statistics();
    model.weight.iter().for_each(|&w| near(w, 0.454_352_573));
}

#[test]
fn completion_keeps_what_is_known_and_fills_in_the_conditional_mean() {
    let rbm = model::<Const<3>, Const<2>, Bernoulli, Bernoulli>(6);
    let image = Batch::from_vec([1.0, 0.0, 0.0].repeat(20_000)).unwrap();
    let completed = rbm.complete(&image, &[true, false, false], 30, &mut StdRng::seed_from_u64(2)).unwrap();
    let rows = completed.as_slice().chunks(3);
    assert!(rows.clone().all(|row| row[0] == 1.0));
    // The mean over samples is p(v₁ = 1 | v₀ = 1).
    let weights: Vec<f64> = bits(3).iter().map(|v| v[0] * log_marginal(&rbm, v).exp()).collect();
    let expected: f64 = bits(3).iter().zip(&weights).map(|(v, w)| v[1] * w).sum::<f64>() / weights.iter().sum::<f64>();
    let found = rows.map(|row| row[1]).sum::<f64>() / 20_000.0;
    assert!((found - expected).abs() < 5.0 * (0.25_f64 / 20_000.0).sqrt(), "{found}, expected {expected}");
}

#[test]
fn the_threads_change_no_bit() {
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let rbm: Rbm<Const<40>, Const<30>> = Rbm::new(Init::Normal(0.3), &mut StdRng::seed_from_u64(1));
            let rng = &mut StdRng::seed_from_u64(2);
            let v = rbm.generate(1000, 3, rng).unwrap();
            let ais = Ais::default().chains(64).ladder(Ladder::linear(0.0, 1.0, 20));
            (
                rbm.free_energies(&v),
                rbm.reconstruct(&v).into_vec(),
                rbm.log_partition_ais(&ais, rng).unwrap(),
                v.into_vec(),
            )
        })
    };
    assert_eq!(run(1), run(3));
}
