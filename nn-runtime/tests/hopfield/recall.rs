//! Dynamics.

use ndarray::array;
use nn_runtime::{
    Batch, Const, Element, Parameters,
    energy::{
        EnergyError, Hopfield, Outcome, Recall,
        update::{Asynchronous, Synchronous, Update},
    },
    layers::Init,
    network::abi::{View, ViewMut},
};
use rand::{RngExt, seq::SliceRandom};

use crate::{glass, noisy, patterns, rng};

/// E = −½ sᵀWs + θᵀs and the nets by their definitions.
fn energy<const N: usize, U: Update>(net: &Hopfield<Const<N>, U, f64>, s: &[f64]) -> f64 {
    let quadratic = net.weight().indexed_iter().map(|((i, j), w)| w * s[i] * s[j]).sum::<f64>();
    net.threshold().iter().zip(s).map(|(t, s)| t * s).sum::<f64>() - quadratic / 2.0
}

fn net_of<const N: usize, U: Update>(net: &Hopfield<Const<N>, U, f64>, s: &[f64], unit: usize) -> f64 {
    net.weight().row(unit).iter().zip(s).map(|(w, s)| w * s).sum::<f64>() - net.threshold()[unit]
}

/// Recall as the definition says it: the states and energies of the way, until a state stays or one comes again.
fn naive<const N: usize, U: Update>(net: &Hopfield<Const<N>, U, f64>, start: &[f64]) -> (Vec<f64>, Vec<f64>, Outcome) {
    let sign = |net: f64| if net >= 0.0 { 1.0 } else { -1.0 };
    let (mut s, mut before) = (start.to_vec(), Vec::new());
    let mut energies = vec![energy(net, &s)];
    loop {
        let mut next = s.clone();
        for unit in 0..N {
            next[unit] = sign(net_of(net, if U::ALL_AT_ONCE { &s } else { &next }, unit));
        }
        energies.push(energy(net, &next));
        if next == s || next == before {
            let outcome = if next == s { Outcome::Converged } else { Outcome::Cycle };
            return (next, energies, outcome);
        }
        before = std::mem::replace(&mut s, next);
    }
}

fn agrees_with_the_definition<U: Update>() -> [usize; 2] {
    let mut ends = [0; 2];
    for seed in 0..20 {
        let net: Hopfield<Const<23>, U, f64> = glass(seed);
        let start = patterns(70, &mut rng(seed));
        let recall = net.recall(&start).unwrap();
        let energies = net.energies(&start).unwrap();
        for (row, trace) in recall.traces.iter().enumerate() {
            let (states, expected, outcome) = naive(&net, start.sample(row).unwrap());
            assert_eq!(recall.states.sample(row).unwrap(), states);
            assert_eq!((trace.outcome, trace.sweeps()), (outcome, expected.len() - 1));
            assert!(trace.energies.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-12 * 23.0));
            assert_eq!(trace.energies[0], energies[row]);
            ends[usize::from(outcome == Outcome::Cycle)] += 1;
        }
    }
    ends
}

#[test]
fn recall_agrees_with_the_definition() {
    let [stay, cycle] = agrees_with_the_definition::<Synchronous>();
    assert!(stay > 100 && cycle > 100, "{stay} stay, {cycle} cycle");
    assert_eq!(agrees_with_the_definition::<Asynchronous>(), [1400, 0]);
}

/// The notes' example: all units at once, and 0 gives 1.
#[test]
fn one_step_of_the_notes() {
    let mut net: Hopfield<Const<3>, Synchronous> = Hopfield::zeros();
    net.set_weights(array![[0.0, -1.0, 1.0], [-1.0, 0.0, -1.0], [1.0, -1.0, 0.0]].view()).unwrap();
    let start = Batch::from_vec(vec![1.0, 1.0, -1.0]).unwrap();
    assert_eq!(net.nets(&start).unwrap().as_slice(), [-2.0, 0.0, 0.0]);
    assert_eq!(net.step(&start).unwrap().as_slice(), [-1.0, 1.0, 1.0]);
    assert_eq!(net.recall_within(&start, 1).unwrap().states.as_slice(), [-1.0, 1.0, 1.0]);
}

fn falls<const N: usize, E: Element>(recall: &Recall<Const<N>, E>) {
    assert!(recall.converged());
    for trace in &recall.traces {
        // Rounding alone may make it grow.
        let least = 1e3 * E::epsilon().as_f64() * N as f64;
        assert!(trace.energies.windows(2).all(|pair| pair[1] <= pair[0] + least), "{:?}", trace.energies);
        let count = trace.energies.len();
        assert_eq!(trace.energies[count - 1], trace.energies[count - 2]);
    }
}

#[test]
fn the_energy_never_grows_where_units_change_one_after_the_other() {
    for seed in 0..30 {
        let net: Hopfield<Const<61>, Asynchronous> = glass(seed);
        let start = patterns(50, &mut rng(seed));
        falls(&net.recall(&start).unwrap());
        let random = net.recall_in_random_order(&start, seed).unwrap();
        falls(&random);
        assert_eq!(net.step(&random.states).unwrap(), random.states);
    }
}

/// So many units change on the way that the nets are summed anew, and the state stays by those, too.
#[test]
fn long_ways_end_in_states_that_stay() {
    let net: Hopfield<Const<900>, Asynchronous> = glass(6);
    let start = patterns(3, &mut rng(6));
    let recall = net.recall(&start).unwrap();
    assert!(recall.converged() && recall.traces.iter().all(|trace| trace.sweeps() > 3));
    assert_eq!(net.step(&recall.states).unwrap(), recall.states);
}

/// Nets of 0 are many where few patterns are stored, and rounding must not decide on them: 1 / 63 is no sum of powers of two.
#[test]
fn ties_give_one_whatever_the_rounding() {
    let mut ties = 0;
    for seed in 0..40 {
        let all: Batch<(Const<63>,)> = patterns(6, &mut rng(seed));
        let mut net: Hopfield<Const<63>, Synchronous> = Hopfield::zeros();
        net.store_hebbian(&all).unwrap();
        let start = patterns(40, &mut rng(1000 + seed));
        let next = net.step(&start).unwrap();
        let forward = net.recall_within(&start, 1).unwrap().states;
        assert_eq!(next, forward);
        for (s, next) in start.as_slice().chunks(63).zip(next.as_slice().chunks(63)) {
            for unit in 0..63 {
                // n · net, a whole number.
                let net: f32 = all
                    .as_slice()
                    .chunks(63)
                    .map(|pattern| {
                        let overlap: f32 = pattern.iter().zip(s).map(|(a, b)| a * b).sum();
                        pattern[unit] * (overlap - pattern[unit] * s[unit])
                    })
                    .sum();
                ties += usize::from(net == 0.0);
                assert_eq!(next[unit], if net >= 0.0 { 1.0 } else { -1.0 }, "n · net = {net}");
            }
        }
    }
    assert!(ties > 1000, "{ties} ties");
}

#[test]
fn cycles_of_two_are_found_and_reported() {
    // Units that each take the other half's states, turned.
    let mut net: Hopfield<Const<8>, Synchronous, f64> = Hopfield::zeros();
    for (i, j) in (0..4).flat_map(|i| (4..8).map(move |j| (i, j))) {
        net.set_weight(i, j, -1.0).unwrap();
    }
    let start = Batch::from_vec(vec![1.0; 8]).unwrap();
    let recall = net.recall(&start).unwrap();
    let trace = &recall.traces[0];
    assert_eq!((trace.outcome, &trace.energies[..]), (Outcome::Cycle, &[16.0, 16.0, 16.0][..]));
    assert_eq!(net.step(&net.step(&recall.states).unwrap()).unwrap(), recall.states);
    assert!(!recall.converged());
    // One after the other, the same network comes to rest.
    let mut one_by_one: Hopfield<Const<8>, Asynchronous, f64> = Hopfield::zeros();
    one_by_one.set_weights(net.weight()).unwrap();
    assert!(one_by_one.recall(&start).unwrap().converged());
    assert!(net.recall_in_random_order(&start, 3).unwrap().converged());
}

#[test]
fn the_limit_of_sweeps_ends_what_is_still_changing() {
    let net: Hopfield<Const<200>, Asynchronous> = glass(5);
    let start = patterns(4, &mut rng(5));
    let whole = net.recall(&start).unwrap();
    let cut = net.recall_within(&start, 1).unwrap();
    for (whole, cut) in whole.traces.iter().zip(&cut.traces) {
        assert!(whole.sweeps() > 2);
        assert_eq!((cut.outcome, cut.sweeps(), &cut.energies[..]), (Outcome::Changing, 1, &whole.energies[..2]));
    }
    let none = net.recall_within(&start, 0).unwrap();
    assert_eq!(none.states, start);
    assert!(none.traces.iter().all(|trace| trace.outcome == Outcome::Changing && trace.sweeps() == 0));
    let net: Hopfield<Const<200>, Synchronous> = glass(5);
    let cut = net.recall_within(&start, 1).unwrap();
    assert_eq!(cut.states, net.step(&start).unwrap());
    let expected = [net.energies(&start).unwrap()[2], net.energies(&cut.states).unwrap()[2]];
    assert!(cut.traces[2].energies.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-3));
}

fn the_layer_is_recall<U: Update>() {
    let net: Hopfield<Const<37>, U> = glass(8);
    let x: Vec<f32> = (0..21 * 37).map(|i| ((i * i) as f32).sin()).collect();
    let signs = Batch::from_vec(x.iter().map(|&x| if x >= 0.0 { 1.0 } else { -1.0 }).collect()).unwrap();
    let (mut y, mut other) = (vec![f32::NAN; x.len()], vec![f32::NAN; x.len()]);
    net.forward(View::new(&x, 21, 32), ViewMut::new(&mut y, 21, 32), ViewMut::new(&mut other, 21, 32));
    assert_eq!(y, net.recall(&signs).unwrap().states.as_slice());
}

#[test]
fn the_layer_ends_where_recall_ends() {
    the_layer_is_recall::<Synchronous>();
    the_layer_is_recall::<Asynchronous>();
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    fn on<U: Update>(threads: usize) -> Vec<f64> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let mut rng = rng(1);
            let all: Batch<(Const<150>,)> = patterns(300, &mut rng);
            let mut net: Hopfield<Const<150>, U> = Hopfield::zeros();
            net.store_hebbian(&all).unwrap();
            net.store_storkey(&all.rows(0..20)).unwrap();
            let start = noisy(&all, 0.2, &mut rng);
            let recalls = [net.recall(&start).unwrap(), net.recall_in_random_order(&start, 7).unwrap()];
            let numbers = |recall: &Recall<Const<150>>| -> Vec<f64> {
                let energies = recall.traces.iter().flat_map(|trace| trace.energies.clone());
                recall.states.as_slice().iter().map(|&s| f64::from(s)).chain(energies).collect()
            };
            recalls.iter().flat_map(numbers).collect()
        })
    }
    for threads in [2, 3, 5] {
        assert_eq!(on::<Synchronous>(threads), on::<Synchronous>(1));
        assert_eq!(on::<Asynchronous>(threads), on::<Asynchronous>(1));
    }
}

/// The orders of a sample are its own: neither its neighbours nor its place in the work changes them, only its index does.
#[test]
fn random_orders_belong_to_seed_sweep_and_sample() {
    let net: Hopfield<Const<90>, Asynchronous, f64> = glass(2);
    let start: Batch<(Const<90>,), f64> = patterns(100, &mut rng(4));
    let whole = net.recall_in_random_order(&start, 1).unwrap();
    let head = net.recall_in_random_order(&start.rows(0..40).to_batch(), 1).unwrap();
    assert_eq!(whole.states.rows(0..40).to_batch(), head.states);
    assert_ne!(net.recall_in_random_order(&start, 2).unwrap().states, whole.states);
    // The same start comes to several ends.
    let alike = Batch::from_vec(start.sample(0).unwrap().repeat(50)).unwrap();
    let ends = net.recall_in_random_order(&alike, 1).unwrap().states;
    let mut distinct: Vec<String> = ends.as_slice().chunks(90).map(|s| format!("{s:?}")).collect();
    distinct.sort_unstable();
    distinct.dedup();
    assert!(distinct.len() > 5, "{} ends", distinct.len());
}

#[test]
fn what_cannot_be_is_refused_and_changes_nothing() {
    let mut net: Hopfield<Const<3>> = glass(1);
    let before = net.weight().to_owned();
    let message = |result: Result<(), EnergyError>| result.unwrap_err().to_string();
    assert_eq!(message(net.set_weight(0, 3, 1.0)), "expected a unit below 3, found 3");
    assert_eq!(
        message(net.set_weight(0, 1, f32::NAN)),
        "expected a finite number at [0, 1] of the connections, found NaN"
    );
    assert_eq!(
        message(net.set_weights(ndarray::Array2::zeros((3, 2)).view())),
        "expected `weight` of shape `[3, 3]`, found `[3, 2]`"
    );
    let mut weight = before.clone();
    weight[[2, 1]] = 7.0;
    let found = before[[1, 2]];
    assert_eq!(
        message(net.set_weights(weight.view())),
        format!("expected the number at its mirrored place at [1, 2] of the connections, found {}", f64::from(found))
    );
    for bad in [f32::NAN, 0.0, 2.0, f32::INFINITY] {
        let patterns = Batch::from_vec(vec![1.0, -1.0, 1.0, 1.0, bad, 1.0]).unwrap();
        let found = EnergyError::Value { expected: "-1 or 1", found: 0.0, sample: 1, element: 1 }.to_string();
        let expected = found.replace("found 0", &format!("found {bad}"));
        assert_eq!(message(net.store_hebbian(&patterns)), expected);
        assert_eq!(message(net.store_storkey(&patterns)), expected);
        assert_eq!(message(net.store_pseudo_inverse(&patterns)), expected);
        assert_eq!(message(net.recall(&patterns).map(drop)), expected);
        assert_eq!(message(net.recall_in_random_order(&patterns, 1).map(drop)), expected);
        assert_eq!(message(net.bit_error_measured(&patterns).map(drop)), expected);
    }
    let none = Batch::zeros(0);
    assert_eq!(message(net.store_hebbian(&none)), "expected patterns, found no samples");
    assert_eq!(message(net.store_pseudo_inverse(&none)), "expected patterns, found no samples");
    assert!(net.recall(&none).unwrap().traces.is_empty());
    assert_eq!(net.weight(), before);
}

#[test]
fn random_connections_are_symmetric_and_named() {
    let rng = &mut rng(3);
    let net: Hopfield<Const<20>> = Hopfield::new(Init::Normal(1.0), rng);
    assert_eq!(net.weight(), net.weight().t());
    assert!(net.weight().diag().iter().all(|&w| w == 0.0));
    assert!(net.weight().iter().filter(|&&w| w != 0.0).count() == 380);
    let names: Vec<String> = net.parameters().map(|tensor| format!("{} {:?}", tensor.name, tensor.shape)).collect();
    assert_eq!(names, ["weight [20, 20]", "threshold [20]"]);
    assert!(net.zeroed().weight().iter().all(|&w| w == 0.0));
    let mut order: Vec<usize> = (0..20).collect();
    order.shuffle(rng);
    let (i, j) = (order[0], order[1]);
    let mut changed = net.clone();
    changed.set_weight(i, j, rng.random_range(2.0..3.0)).unwrap();
    assert_eq!(changed.weight()[[i, j]], changed.weight()[[j, i]]);
}

#[test]
fn connections_whose_sums_overflow_are_an_error() {
    fn check<E: Element>() {
        let most = E::max_value();
        let states = Batch::<(Const<3>,), E>::from_vec(vec![E::one(), -E::one(), E::one()]).unwrap();
        let part = |divisor: f64| most / E::from_f64(divisor);
        // Two connections of this size: their sum overflows, or what a net changes by when a unit does.
        for (size, threshold) in [(most, E::zero()), (part(1.5), E::zero()), (part(3.0), E::zero()), (E::one(), most)] {
            let mut net: Hopfield<Const<3>, Asynchronous, E> = Hopfield::zeros();
            net.set_weight(0, 1, size).unwrap();
            net.set_weight(0, 2, -size).unwrap();
            net.threshold_mut()[0] = threshold;
            let overflows = |error: EnergyError| matches!(error, EnergyError::Overflow { unit: 0, .. });
            assert!(overflows(net.recall(&states).unwrap_err()));
            assert!(overflows(net.recall_in_random_order(&states, 1).unwrap_err()));
            assert!(overflows(net.step(&states).unwrap_err()));
            assert!(overflows(net.chains_from(&states, 1).unwrap_err()));
            assert!(net.nets(&states).map_or_else(overflows, |nets| nets.as_slice().iter().all(|net| net.is_finite())));
            assert!(net.energies(&states).map_or_else(overflows, |energies| energies.iter().all(|e| e.is_finite())));
        }
        // What stays finite is recalled: units 1 and 2 follow unit 0, one with it and one against it.
        let mut net: Hopfield<Const<3>, Asynchronous, E> = Hopfield::zeros();
        net.set_weight(0, 1, part(64.0)).unwrap();
        net.set_weight(0, 2, -part(64.0)).unwrap();
        let recall = net.recall(&states).unwrap();
        assert!(recall.converged() && recall.traces[0].energies.iter().all(|energy| energy.is_finite()));
        let [a, b, c] = recall.states.as_slice() else { panic!("three units") };
        assert!(a == b && *a == -*c);
    }
    check::<f32>();
    check::<f64>();
    let error = EnergyError::Overflow { unit: 0, found: f64::INFINITY };
    let expected = "expected connections whose magnitudes have a finite sum at each unit, found inf at unit 0";
    assert_eq!(error.to_string(), expected);
}
