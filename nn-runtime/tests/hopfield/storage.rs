//! Storage rules.

use ndarray::Array2;
use nn_runtime::{
    Batch, Const, Parameters,
    energy::{EnergyError, Hopfield},
    io::{Misfit, Weights, WeightsFault},
};
use rand::RngExt;

use crate::{noisy, patterns, rng};

type Net<const N: usize> = Hopfield<Const<N>, nn_runtime::energy::update::Asynchronous, f64>;

/// Σ ξξᵀ / n off the diagonal by its definition.
#[test]
fn hebbian_storage_agrees_with_its_definition_and_adds() {
    let all: Batch<(Const<33>,), f64> = patterns(7, &mut rng(1));
    let mut net: Net<33> = Hopfield::zeros();
    net.store_hebbian(&all).unwrap();
    let sum = |i: usize, j: usize| all.as_slice().chunks(33).map(|x| x[i] * x[j]).sum::<f64>() / 33.0;
    let expected = Array2::from_shape_fn((33, 33), |(i, j)| if i == j { 0.0 } else { sum(i, j) });
    assert_eq!(net.weight(), expected);
    net.store_hebbian(&all.rows(0..3)).unwrap();
    let mut apart: Net<33> = Hopfield::zeros();
    for range in [0..3, 3..7, 0..3] {
        apart.store_hebbian(&all.rows(range)).unwrap();
    }
    assert!(net.weight().iter().zip(apart.weight()).all(|(a, b)| (a - b).abs() < 1e-15));
    net.forget();
    assert!(net.weight().iter().all(|&w| w == 0.0));
}

#[test]
fn storkey_storage_agrees_with_its_definition() {
    const N: usize = 19;
    let all: Batch<(Const<N>,), f64> = patterns(5, &mut rng(2));
    let mut expected = vec![vec![0.0; N]; N];
    for x in all.as_slice().chunks(N) {
        let old = expected.clone();
        let h = |i: usize, j: usize| (0..N).filter(|&k| k != i && k != j).map(|k| old[i][k] * x[k]).sum::<f64>();
        for (i, j) in (0..N).flat_map(|i| (0..N).map(move |j| (i, j))).filter(|(i, j)| i != j) {
            expected[i][j] += (x[i] * x[j] - x[i] * h(j, i) - h(i, j) * x[j]) / N as f64;
        }
    }
    let mut net: Net<N> = Hopfield::zeros();
    net.store_storkey(&all).unwrap();
    assert!(net.weight().indexed_iter().all(|((i, j), w)| (w - expected[i][j]).abs() < 1e-14));
}

/// As many patterns as can be, random and alike.
#[test]
fn the_pseudo_inverse_keeps_up_to_all_but_one() {
    for seed in 0..10 {
        let rng = &mut rng(seed);
        let all: Batch<(Const<60>,)> = patterns(59, rng);
        let one: Batch<(Const<60>,)> = patterns(1, rng);
        let alike: Batch<(Const<60>,)> = noisy(&Batch::from_vec(one.as_slice().repeat(30)).unwrap(), 0.15, rng);
        let mut net: Hopfield<Const<60>> = Hopfield::zeros();
        for all in [all, alike] {
            net.store_pseudo_inverse(&all).unwrap();
            assert_eq!(net.weight(), net.weight().t());
            let recall = net.recall(&all).unwrap();
            assert_eq!(recall.states, all);
            assert!(recall.traces.iter().all(|trace| trace.sweeps() == 1));
            assert_eq!(net.bit_error_measured(&all).unwrap().wrong, 0);
        }
    }
}

/// W is the projection onto the patterns but for its diagonal.
#[test]
fn the_pseudo_inverse_is_the_projection() {
    let all: Batch<(Const<100>,), f64> = patterns(45, &mut rng(3));
    let mut net: Net<100> = Hopfield::zeros();
    net.store_pseudo_inverse(&all).unwrap();
    // P ξ = ξ, so that W ξ = (1 − P_ii) ξ_i with the same diagonal for every pattern; the trace of P is its rank.
    let nets = net.nets(&all).unwrap();
    let kept: Vec<f64> = nets.as_slice()[..100].iter().zip(all.as_slice()).map(|(net, x)| net * x).collect();
    for (nets, x) in nets.as_slice().chunks(100).zip(all.as_slice().chunks(100)) {
        assert!((0..100).all(|i| (nets[i] - kept[i] * x[i]).abs() < 1e-12));
    }
    assert!((kept.iter().sum::<f64>() - 55.0).abs() < 1e-10);
    // What depends on the others changes nothing.
    let mut more = all.as_slice().to_vec();
    more.extend(all.as_slice()[300..400].iter().map(|x| -x));
    more.extend_from_slice(&all.as_slice()[..200]);
    let mut again: Net<100> = Hopfield::zeros();
    again.store_hebbian(&all).unwrap();
    again.store_pseudo_inverse(&Batch::from_vec(more).unwrap()).unwrap();
    assert!(net.weight().iter().zip(again.weight()).all(|(a, b)| (a - b).abs() < 1e-13));
}

#[test]
fn a_unit_that_does_not_follow_from_the_others_is_named() {
    let rng = &mut rng(4);
    let mut all: Vec<f32> = patterns::<40, f32>(6, rng).into_vec();
    // The sum of nothing but one unit: two patterns that differ there.
    let (from, unit) = (80, 17);
    all.extend_from_within(from..from + 40);
    all[6 * 40 + unit] *= -1.0;
    let mut net: Hopfield<Const<40>> = Hopfield::zeros();
    let error = net.store_pseudo_inverse(&Batch::from_vec(all).unwrap()).unwrap_err();
    assert_eq!(error, EnergyError::Undetermined { unit });
    assert!(net.weight().iter().all(|&w| w == 0.0));
    // As many independent patterns as units leave nothing to tell.
    let all = patterns::<40, f32>(60, rng);
    assert!(matches!(net.store_pseudo_inverse(&all), Err(EnergyError::Undetermined { unit: 0 })));
}

/// Below the capacity for perfect recall, random patterns stay. With 5 of 400 units' patterns a bit changes with probability ½ erfc(√(399 / 8))
/// < 10⁻²².
#[test]
fn stored_patterns_stay_below_capacity() {
    for seed in 0..5 {
        let all: Batch<(Const<400>,)> = patterns(5, &mut rng(seed));
        let (mut hebbian, mut storkey): (Hopfield<Const<400>>, Hopfield<Const<400>>) =
            (Hopfield::zeros(), Hopfield::zeros());
        hebbian.store_hebbian(&all).unwrap();
        storkey.store_storkey(&all).unwrap();
        for net in [&hebbian, &storkey] {
            assert_eq!(net.step(&all).unwrap(), all);
            // And they are found again with a fifth of the bits turned.
            assert_eq!(net.recall(&noisy(&all, 0.2, &mut rng(seed + 9))).unwrap().states, all);
        }
    }
}

/// 0.2 n patterns: Hebb's rule has lost nearly all of them, Storkey's keeps nearly all.
#[test]
fn storkey_keeps_more_than_hebb() {
    let all: Batch<(Const<200>,)> = patterns(40, &mut rng(5));
    let (mut hebbian, mut storkey): (Hopfield<Const<200>>, Hopfield<Const<200>>) =
        (Hopfield::zeros(), Hopfield::zeros());
    hebbian.store_hebbian(&all).unwrap();
    storkey.store_storkey(&all).unwrap();
    let kept = |net: &Hopfield<Const<200>>| {
        let ends = net.recall(&all).unwrap().states;
        let wrong =
            |row: usize| ends.sample(row).unwrap().iter().zip(all.sample(row).unwrap()).filter(|(a, b)| a != b).count();
        (0..40).filter(|&row| wrong(row) == 0).count()
    };
    let (hebbian, storkey) = (kept(&hebbian), kept(&storkey));
    assert!(hebbian <= 5 && storkey >= 36, "{hebbian} and {storkey} of 40");
}

/// Storkey's rule is no sum over patterns, and rounding must not make it asymmetric.
#[test]
fn storkey_stays_symmetric() {
    let mut rng = rng(6);
    let mut net: Hopfield<Const<77>> = Hopfield::zeros();
    for _ in 0..20 {
        let count = rng.random_range(1..4);
        net.store_storkey(&patterns(count, &mut rng)).unwrap();
    }
    assert_eq!(net.weight(), net.weight().t());
    assert!(net.weight().diag().iter().all(|&w| w == 0.0));
}

#[test]
fn files_bring_patterns_back_and_nothing_asymmetric() {
    let all: Batch<(Const<30>,)> = patterns(4, &mut rng(7));
    let (mut net, mut other): (Hopfield<Const<30>>, Hopfield<Const<30>>) = (Hopfield::zeros(), Hopfield::zeros());
    net.store_hebbian(&all).unwrap();
    net.threshold_mut()[3] = 0.01;
    let bytes = net.to_bytes().unwrap();
    other.load_bytes(&bytes).unwrap();
    assert_eq!((other.weight(), other.threshold()), (net.weight(), net.threshold()));
    net.parameter_mut("weight").unwrap().values[5] += 1.0;
    let bytes = net.to_bytes().unwrap();
    let error = other.load_bytes(&bytes).unwrap_err();
    assert!(matches!(error.fault, WeightsFault::Misfits(misfits) if matches!(misfits[..], [Misfit::Form { .. }])));
}
