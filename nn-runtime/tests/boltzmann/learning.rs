//! Boltzmann learning.

use std::ops::ControlFlow;

use nn_runtime::{
    Batch, Const, Parameters,
    energy::{Boltzmann, BoltzmannEpoch, BoltzmannLearning, EnergyError, FewTogether, SampledStatistics},
    train::{Adam, Exponential, Optimizer, RmsProp, Sgd},
};
use rand::{SeedableRng, rngs::StdRng};

use crate::common::{bits, machine};

/// Some samples, not all alike.
fn samples<const I: usize>(count: usize, seed: usize) -> Batch<(Const<I>,), f64> {
    Batch::from_vec((0..count).flat_map(|k| bits((k * k * 5 + seed * 7 + k) % (1 << I), I)).collect()).unwrap()
}

/// The exact gradient of the machine's weights and biases.
fn exact_gradient<const I: usize, const N: usize>(
    machine: &Boltzmann<Const<I>, Const<N>, f64>,
    data: &Batch<(Const<I>,), f64>,
) -> Vec<f64>
where
    Const<I>: FewTogether<Const<N>>,
{
    let mut learner = BoltzmannLearning::exact().start(machine, data).unwrap();
    let gradient = learner.gradient(machine, data).unwrap();
    gradient.weight().iter().chain(&gradient.bias()).copied().collect()
}

#[test]
fn the_exact_gradient_is_that_of_finite_differences() {
    fn check<const I: usize, const N: usize>(temperature: f64, seed: u64)
    where
        Const<I>: FewTogether<Const<N>>,
    {
        let machine = machine::<I, N, f64>(0.8, temperature, seed);
        // More than a thread takes at a time.
        let (data, units) = (samples::<I>(21, seed as usize), I + N);
        let found = exact_gradient(&machine, &data);
        // The derivative with respect to the weight of two units, or of one unit's bias.
        let slope = |i: usize, j: usize| {
            let cost = |step: f64| {
                let mut moved = machine.clone();
                if i == j {
                    moved.bias_mut()[i] += step;
                } else {
                    moved.set_weight(i, j, machine.weight()[[i, j]] + step).unwrap();
                }
                -moved.log_likelihood_exact(&data)
            };
            (cost(1e-5) - cost(-1e-5)) / 2e-5
        };
        for i in 0..units {
            assert_eq!(found[i * units + i], 0.0);
            for j in 0..=i {
                let (expected, place) = (slope(i, j), if i == j { units * units + i } else { i * units + j });
                assert!((found[place] - expected).abs() < 1e-6 * expected.abs().max(0.1));
                assert_eq!(found[i * units + j], found[j * units + i]);
            }
        }
    }
    check::<3, 0>(1.0, 1);
    check::<3, 2>(0.7, 2);
    check::<2, 4>(1.5, 3);
    check::<4, 3>(1.0, 4);
}

#[test]
fn sampled_gradients_are_on_average_the_exact_one() {
    const CHAINS: usize = 4000;
    const CALLS: usize = 30;
    fn check<const I: usize, const N: usize>(temperature: f64, seed: u64, mean_field: bool)
    where
        Const<I>: FewTogether<Const<N>>,
    {
        let mut machine = machine::<I, N, f64>(0.8, temperature, seed);
        if mean_field {
            // Exact where hidden units are independent given the visible ones.
            for (i, j) in (I..I + N).flat_map(|i| (I..i).map(move |j| (i, j))) {
                machine.set_weight(i, j, 0.0).unwrap();
            }
        }
        let data = samples::<I>(1000, seed as usize);
        let expected = exact_gradient(&machine, &data);
        let learning = BoltzmannLearning::sampled(CHAINS).seed(seed);
        let learning = if mean_field { learning.mean_field() } else { learning };
        let mut learner = learning.start(&machine, &data).unwrap();
        let mut sums = vec![0.0; expected.len()];
        // The chains come from random states.
        for call in 0..CALLS + 5 {
            let gradient = learner.gradient(&machine, &data).unwrap();
            if call >= 5 {
                let numbers = gradient.weight().iter().chain(&gradient.bias()).copied().collect::<Vec<_>>();
                sums.iter_mut().zip(numbers).for_each(|(sum, g)| *sum += g / CALLS as f64);
            }
        }
        // Five standard deviations of differences of two means of numbers between 0 and 1, which one in 1.7 million exceeds.
        let deviation = 0.5 * (1.0 / (CHAINS * CALLS) as f64 + 1.0 / (1000 * CALLS) as f64).sqrt() / temperature;
        let far = sums.iter().zip(&expected).find(|(found, expected)| (*found - *expected).abs() > 5.0 * deviation);
        assert_eq!(far, None);
    }
    check::<4, 0>(1.0, 1, false);
    check::<3, 2>(0.8, 2, false);
    check::<2, 3>(1.5, 3, false);
    check::<3, 3>(1.0, 4, true);
}

#[test]
fn exact_learning_reaches_the_entropy_of_the_data() {
    // The third bit is the exclusive or of the others: a distribution without correlations of pairs, which no machine without hidden units has.
    let xor = Batch::from_vec([0b000, 0b110, 0b101, 0b011].iter().flat_map(|&v| bits(v, 3)).collect()).unwrap();
    let learning = || BoltzmannLearning::exact().rate(2.0).momentum(0.9).epochs(10_000);
    let mut hidden = machine::<3, 1, f64>(0.5, 1.0, 1);
    let report = learning().fit(&mut hidden, &xor).unwrap();
    let bound = -(4.0_f64.ln());
    let reached = hidden.log_likelihood_exact(&xor);
    assert!(reached < bound && reached > bound - 1e-3, "{reached} of {bound}");
    let last = &report.epochs[9999];
    assert!((last.log_likelihood.unwrap() - reached).abs() < 1e-5 && last.moment_gap < 1e-3 && last.epoch == 10_000);

    let mut visible = machine::<3, 0, f64>(0.5, 1.0, 1);
    learning().fit(&mut visible, &xor).unwrap();
    assert!((visible.log_likelihood_exact(&xor) + 8.0_f64.ln()).abs() < 1e-6);
}

#[test]
fn sampled_learning_comes_near() {
    let patterns = [0b00111, 0b11100, 0b01010];
    let data = Batch::from_vec((0..300).flat_map(|k| bits(patterns[k % 3], 5)).collect()).unwrap();
    for mean_field in [false, true] {
        let learning = BoltzmannLearning::sampled(200).rate(0.3).momentum(0.5).epochs(200).seed(3);
        let learning = if mean_field { learning.mean_field() } else { learning };
        let mut machine = machine::<5, 3, f64>(0.1, 1.0, 2);
        let before = machine.log_likelihood_exact(&data);
        learning.schedule(Exponential::new(0.99)).fit(&mut machine, &data).unwrap();
        let after = machine.log_likelihood_exact(&data);
        // No machine has more than −ln 3 = −1.0986.
        assert!(before < -3.0 && after > -1.25, "{after}");
    }
}

#[test]
fn steps_keep_the_weights_symmetric_whatever_the_optimizer() {
    fn check(learning: BoltzmannLearning<SampledStatistics, impl Optimizer<f32>>) {
        let mut machine = machine::<17, 9, f32>(0.3, 1.0, 5);
        let data = machine.generate(150, 5, &mut StdRng::seed_from_u64(1)).unwrap();
        learning.l2(1e-3).l1(1e-4).epochs(3).batch_size(64).fit(&mut machine, &data).unwrap();
        let w = machine.weight();
        assert!(w == w.t() && w.diag().iter().all(|&w| w == 0.0) && w.iter().all(|w| w.is_finite()));
    }
    check(BoltzmannLearning::sampled(33).optimizer(Adam::new(0.01)));
    check(BoltzmannLearning::sampled(33).optimizer(RmsProp::new(0.01)).mean_field());
    check(BoltzmannLearning::sampled(33).optimizer(Sgd::new(0.1).momentum(0.9).nesterov(true)));
}

#[test]
fn epochs_one_by_one_are_the_same_and_a_callback_stops() {
    let (start, data) = (machine::<4, 2, f64>(0.3, 1.0, 3), samples::<4>(50, 2));
    let learning = || BoltzmannLearning::sampled(20).batch_size(16).seed(4).schedule(Exponential::new(0.5)).quiet();
    let (mut whole, mut single, mut stopped) = (start.clone(), start.clone(), start.clone());
    let report = learning().epochs(3).fit(&mut whole, &data).unwrap();
    let mut learner = learning().start(&single, &data).unwrap();
    let gaps: Vec<f64> = (0..3).map(|_| learner.epoch(&mut single, &data).unwrap().moment_gap).collect();
    assert_eq!(whole.weight(), single.weight());
    assert!(report.epochs.iter().map(|epoch| epoch.moment_gap).eq(gaps) && report.epochs[2].rate == 0.025);
    let until =
        |epoch: &BoltzmannEpoch| if epoch.epoch < 2 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) };
    let report = learning().epochs(9).callback(until).fit(&mut stopped, &data).unwrap();
    assert_eq!(report.epochs.len(), 2);
}

#[test]
fn penalties_are_parts_of_the_gradient() {
    let machine = machine::<3, 2, f64>(0.8, 1.0, 6);
    let data = samples::<3>(10, 1);
    let plain = exact_gradient(&machine, &data);
    let mut learner = BoltzmannLearning::exact().l2(0.3).l1(0.1).start(&machine, &data).unwrap();
    let gradient = learner.gradient(&machine, &data).unwrap();
    for ((g, w), plain) in gradient.weight().iter().zip(machine.weight()).zip(&plain) {
        let sign = if *w == 0.0 { 0.0 } else { w.signum() };
        assert!((g - (plain + 0.3 * w + 0.1 * sign)).abs() < 1e-12);
    }
    assert!(gradient.bias().iter().zip(&plain[25..]).all(|(g, plain)| g == plain));
}

#[test]
fn the_threads_change_no_bit_and_the_seed_all() {
    let start = machine::<30, 20, f32>(0.2, 1.0, 8);
    let data = start.generate(256, 3, &mut StdRng::seed_from_u64(1)).unwrap();
    let run = |threads: usize, seed: u64, mean_field: bool| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let mut machine = start.clone();
            let learning = BoltzmannLearning::sampled(256).seed(seed).epochs(2).batch_size(128);
            let learning = if mean_field { learning.mean_field() } else { learning };
            let report = learning.fit(&mut machine, &data).unwrap();
            let gaps: Vec<f64> = report.epochs.iter().map(|epoch| epoch.moment_gap).collect();
            (machine.weight().to_owned(), machine.bias().to_owned(), gaps)
        })
    };
    for mean_field in [false, true] {
        assert_eq!(run(1, 1, mean_field), run(2, 1, mean_field));
        assert_ne!(run(1, 1, mean_field).0, run(1, 2, mean_field).0);
    }
    let small = machine::<6, 3, f64>(0.5, 1.0, 9);
    let exact = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| exact_gradient(&small, &samples::<6>(100, 2)))
    };
    assert_eq!(exact(1), exact(2));
}

#[test]
fn what_cannot_be_learned_from_is_an_error() {
    let mut machine = machine::<3, 2, f64>(0.5, 1.0, 1);
    let data = samples::<3>(10, 1);
    let learn = || BoltzmannLearning::sampled(10);
    let option = |error: EnergyError| match error {
        EnergyError::Option { option, .. } => option,
        other => panic!("{other}"),
    };
    assert_eq!(option(BoltzmannLearning::sampled(0).fit(&mut machine, &data).unwrap_err()), "sampled");
    assert_eq!(option(learn().sweeps(0).fit(&mut machine, &data).unwrap_err()), "sweeps");
    assert_eq!(option(learn().batch_size(0).fit(&mut machine, &data).unwrap_err()), "batch_size");
    assert_eq!(option(BoltzmannLearning::exact().l2(f64::NAN).fit(&mut machine, &data).unwrap_err()), "l2");
    let wrong = Batch::from_vec(vec![0.0, f64::NAN, 1.0]).unwrap();
    assert!(matches!(learn().fit(&mut machine, &wrong), Err(EnergyError::Value { element: 1, .. })));
    let empty = Batch::zeros(0);
    assert_eq!(learn().fit(&mut machine, &empty).unwrap_err(), EnergyError::Empty { what: "training data" });
    let mut learner = learn().start(&machine, &data).unwrap();
    assert_eq!(learner.gradient(&machine, &empty).unwrap_err(), EnergyError::Empty { what: "a batch" });
    assert_eq!(option(learn().rate(-1.0).fit(&mut machine, &data).unwrap_err()), "rate");
    let diverged = BoltzmannLearning::exact().rate(1e308).epochs(30).fit(&mut machine, &data).unwrap_err();
    assert!(matches!(diverged, EnergyError::Diverged { .. }), "{diverged}");
    // The machine is as it was before the step that would have left the finite numbers.
    assert!(machine.parameters().all(|tensor| tensor.values.iter().all(|x| x.is_finite())));
    assert_eq!(machine.tensors(), 2);
}
