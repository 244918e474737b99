//! Dense memories.

use nn_runtime::{
    Batch, Const, Element,
    energy::{
        ContinuousMemory, DenseMemory, EnergyError, Hopfield, Outcome, Recall,
        interaction::{Exponential, Interaction, Polynomial, Rectified},
    },
};
use rand::RngExt;

use crate::{noisy, patterns, rng};

fn memory<const N: usize, F: Interaction, E: Element>(patterns: &Batch<(Const<N>,), E>) -> DenseMemory<Const<N>, F, E> {
    let mut memory = DenseMemory::new();
    memory.store(patterns).unwrap();
    memory
}

fn overlap(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Recall by the definition: a unit goes where Σ F(ξ·s) is larger, and up where neither is.
fn agrees_with_the_definition<F: Interaction>(f: impl Fn(f64) -> f64, energy: impl Fn(f64) -> f64) {
    const N: usize = 16;
    for seed in 0..10 {
        let all: Batch<(Const<N>,), f64> = patterns(12, &mut rng(seed));
        let sum = |s: &[f64]| all.as_slice().chunks(N).map(|x| f(overlap(x, s))).sum::<f64>();
        let start = patterns(50, &mut rng(100 + seed));
        let memory = memory::<N, F, f64>(&all);
        assert_eq!((memory.patterns(), memory.count()), (all.clone(), 12));
        let recall = memory.recall(&start).unwrap();
        for (row, trace) in recall.traces.iter().enumerate() {
            let mut s = start.sample(row).unwrap().to_vec();
            for step in 0..trace.energies.len() {
                let expected = energy(sum(&s));
                assert!((trace.energies[step] - expected).abs() < 1e-9 * (1.0 + expected.abs()), "{expected}");
                for unit in 0..N {
                    let mut at = |value: f64| {
                        s[unit] = value;
                        sum(&s)
                    };
                    let (up, down) = (at(1.0), at(-1.0));
                    s[unit] = if up >= down - 1e-12 * up.abs() { 1.0 } else { -1.0 };
                }
            }
            assert_eq!(recall.states.sample(row).unwrap(), s);
            assert_eq!(trace.outcome, Outcome::Converged);
        }
        assert_eq!(memory.energies(&recall.states).unwrap()[3], *recall.traces[3].energies.last().unwrap());
    }
}

#[test]
fn recall_agrees_with_the_definition() {
    let n = 16.0_f64;
    agrees_with_the_definition::<Polynomial<2>>(|x| x * x, |sum| -sum / n);
    agrees_with_the_definition::<Polynomial<3>>(|x| x.powi(3), |sum| -sum / n.powi(2));
    agrees_with_the_definition::<Polynomial<4>>(|x| x.powi(4), |sum| -sum / n.powi(3));
    agrees_with_the_definition::<Rectified<2>>(|x| x.max(0.0).powi(2), |sum| -sum / n);
    agrees_with_the_definition::<Rectified<5>>(|x| x.max(0.0).powi(5), |sum| -sum / n.powi(4));
    agrees_with_the_definition::<Exponential>(f64::exp, |sum| -sum.ln());
}

/// F(x) = x² is Hebb's rule: the same ways, with twice its energies less the number of patterns.
#[test]
fn of_degree_two_it_is_the_hopfield_network() {
    let all: Batch<(Const<63>,)> = patterns(9, &mut rng(1));
    let start = patterns(100, &mut rng(2));
    let mut net: Hopfield<Const<63>> = Hopfield::zeros();
    net.store_hebbian(&all).unwrap();
    let dense = memory::<63, Polynomial<2>, f32>(&all);
    let recalls = [
        [net.recall(&start).unwrap(), dense.recall(&start).unwrap()],
        [net.recall_in_random_order(&start, 5).unwrap(), dense.recall_in_random_order(&start, 5).unwrap()],
    ];
    for [sparse, dense] in recalls {
        assert_eq!(sparse.states, dense.states);
        for (sparse, dense) in sparse.traces.iter().zip(&dense.traces) {
            assert_eq!(sparse.energies.len(), dense.energies.len());
            let pairs = sparse.energies.iter().zip(&dense.energies);
            assert!(pairs.into_iter().all(|(a, b)| (2.0 * a - 9.0 - b).abs() < 1e-4), "{sparse:?} {dense:?}");
        }
    }
}

fn falls<I: nn_runtime::shape::FixedDimension, E: Element>(recall: &Recall<I, E>, least: f64) {
    assert!(recall.converged());
    for trace in &recall.traces {
        assert!(trace.energies.windows(2).all(|pair| pair[1] <= pair[0] + least), "{:?}", trace.energies);
        assert!(trace.energies.iter().all(|energy| energy.is_finite()));
    }
}

#[test]
fn the_energy_never_grows() {
    fn check<F: Interaction>() {
        for seed in 0..10 {
            let all: Batch<(Const<40>,)> = patterns(60, &mut rng(seed));
            let start = patterns(40, &mut rng(50 + seed));
            let memory = memory::<40, F, f32>(&all);
            falls(&memory.recall(&start).unwrap(), 1e-9);
            falls(&memory.recall_in_random_order(&start, seed).unwrap(), 1e-9);
        }
    }
    check::<Polynomial<2>>();
    check::<Polynomial<3>>();
    check::<Polynomial<7>>();
    check::<Rectified<3>>();
    check::<Exponential>();
}

/// The part of `count` patterns of 100 units that recall finds with each bit turned with probability `p`.
fn found<F: Interaction>(count: usize, p: f64) -> f64 {
    let all: Batch<(Const<100>,)> = patterns(count, &mut rng(7));
    let ends = memory::<100, F, f32>(&all).recall(&noisy(&all, p, &mut rng(8))).unwrap().states;
    let found = (0..count).filter(|&row| ends.sample(row) == all.sample(row)).count();
    found as f64 / count as f64
}

/// 13 patterns is the most that 100 units hold by Hebb's rule.
#[test]
fn many_times_a_hopfield_networks_patterns_are_held() {
    assert_eq!(Hopfield::<Const<100>>::CAPACITY, 13);
    let quadratic = found::<Polynomial<2>>(150, 0.1);
    assert!(quadratic < 0.01, "degree 2: {quadratic}");
    let cubic = found::<Polynomial<3>>(150, 0.1);
    assert!(cubic > 0.95, "degree 3: {cubic}");
    let quintic = found::<Polynomial<5>>(1000, 0.1);
    assert!(quintic > 0.95, "degree 5: {quintic}");
    let exponential = found::<Exponential>(2000, 0.2);
    assert!(exponential > 0.99, "exponential: {exponential}");
}

#[test]
fn high_powers_and_exponentials_stay_finite() {
    let all: Batch<(Const<1500>,)> = patterns(30, &mut rng(9));
    let start = noisy(&all, 0.25, &mut rng(10));
    let exponential = memory::<1500, Exponential, f32>(&all).recall(&start).unwrap();
    falls(&exponential, 1e-9);
    assert_eq!(exponential.states, all);
    let power = memory::<1500, Polynomial<120>, f32>(&all).recall(&start).unwrap();
    falls(&power, 1e-9);
    assert_eq!(power.states, all);
    assert!((power.traces[0].energies.last().unwrap() + 1500.0).abs() < 1e-6);
}

#[test]
fn storing_adds_and_the_number_of_threads_changes_no_bit() {
    let all: Batch<(Const<50>,)> = patterns(80, &mut rng(11));
    let start = patterns(200, &mut rng(12));
    let mut apart: DenseMemory<Const<50>> = DenseMemory::new();
    for range in [0..1, 1..33, 33..80] {
        apart.store(&all.rows(range)).unwrap();
    }
    assert_eq!(apart.patterns(), all);
    let mut continuous: ContinuousMemory<Const<50>> = ContinuousMemory::new(0.3).unwrap();
    continuous.store(&all).unwrap();
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let recalls = [
                apart.recall(&start).unwrap(),
                apart.recall_in_random_order(&start, 1).unwrap(),
                continuous.recall(&start).unwrap(),
            ];
            recalls.map(|recall| (recall.states, recall.traces))
        })
    };
    let one = on(1);
    assert_eq!(one[0].0, memory::<50, Exponential, f32>(&all).recall(&start).unwrap().states);
    for threads in [2, 3, 5] {
        assert_eq!(on(threads), one);
    }
}

#[test]
fn what_cannot_be_is_refused() {
    let message = |result: Result<(), EnergyError>| result.unwrap_err().to_string();
    let mut dense: DenseMemory<Const<2>> = DenseMemory::new();
    let good = Batch::from_vec(vec![1.0, -1.0]).unwrap();
    let bad = Batch::from_vec(vec![1.0, -1.0, 1.0, f32::NAN]).unwrap();
    assert_eq!(message(dense.recall(&good).map(drop)), "expected a memory with patterns, found no samples");
    assert_eq!(message(dense.store(&bad)), "expected -1 or 1, found NaN at element 1 of sample 1");
    assert_eq!(message(dense.store(&Batch::zeros(0))), "expected patterns, found no samples");
    assert_eq!(dense.count(), 0);
    dense.store(&good).unwrap();
    assert_eq!(message(dense.energies(&bad).map(drop)), "expected -1 or 1, found NaN at element 1 of sample 1");
    assert_eq!(message(dense.recall(&bad).map(drop)), "expected -1 or 1, found NaN at element 1 of sample 1");
    for beta in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let error = ContinuousMemory::<Const<2>>::new(beta).unwrap_err().to_string();
        assert_eq!(error, format!("expected `beta` to be finite and above 0, found {beta}"));
    }
    let mut continuous: ContinuousMemory<Const<2>> = ContinuousMemory::new(1.0).unwrap();
    assert_eq!(message(continuous.recall(&good).map(drop)), "expected a memory with patterns, found no samples");
    assert_eq!(message(continuous.store(&bad)), "expected finite numbers, found NaN at element 1 of sample 1");
    continuous.store(&good).unwrap();
    assert_eq!(
        message(continuous.energies(&bad).map(drop)),
        "expected finite numbers, found NaN at element 1 of sample 1"
    );
}

/// Random patterns of length 1.
fn directions<const N: usize, E: Element>(count: usize, seed: u64) -> Batch<(Const<N>,), E> {
    let mut rng = rng(seed);
    let mut numbers = Vec::new();
    for _ in 0..count {
        let x: Vec<f64> = (0..N).map(|_| (0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0).collect();
        let length = overlap(&x, &x).sqrt();
        numbers.extend(x.iter().map(|x| E::from_f64(x / length)));
    }
    Batch::from_vec(numbers).unwrap()
}

#[test]
fn attention_agrees_with_its_definition() {
    const N: usize = 9;
    let beta = 2.5;
    let all: Batch<(Const<N>,), f64> = directions(7, 1);
    let mut memory: ContinuousMemory<Const<N>, f64> = ContinuousMemory::new(beta).unwrap();
    memory.store(&all).unwrap();
    let start: Batch<(Const<N>,), f64> = directions(70, 2);
    let recall = memory.recall(&start).unwrap();
    for (row, trace) in recall.traces.iter().enumerate() {
        let mut s = start.sample(row).unwrap().to_vec();
        for &found in &trace.energies {
            let weights: Vec<f64> = all.as_slice().chunks(N).map(|x| (beta * overlap(x, &s)).exp()).collect();
            let sum: f64 = weights.iter().sum();
            let energy = 0.5 * overlap(&s, &s) + 0.5 + (7.0_f64.ln() - sum.ln()) / beta;
            assert!((found - energy).abs() < 1e-12 && energy > -1e-12, "expected {energy}, found {found}");
            s = (0..N).map(|i| (0..7).map(|k| weights[k] / sum * all.as_slice()[k * N + i]).sum()).collect();
        }
        assert!(recall.states.sample(row).unwrap().iter().zip(&s).all(|(a, b)| (a - b).abs() < 1e-10));
        assert_eq!(trace.outcome, Outcome::Converged);
    }
    falls(&recall, 1e-13);
}

/// Five hundred patterns in twenty dimensions, found with noise of a third of their length.
#[test]
fn attention_holds_many_patterns() {
    let all: Batch<(Const<20>,)> = directions(500, 3);
    let mut memory: ContinuousMemory<Const<20>> = ContinuousMemory::new(50.0).unwrap();
    memory.store(&all).unwrap();
    let noise: Batch<(Const<20>,)> = directions(500, 4);
    let start = all.as_slice().iter().zip(noise.as_slice()).map(|(x, noise)| x + 0.33 * noise).collect();
    let recall = memory.recall(&Batch::from_vec(start).unwrap()).unwrap();
    falls(&recall, 1e-4);
    let near = |row: usize| {
        let pair = recall.states.sample(row).unwrap().iter().zip(all.sample(row).unwrap());
        pair.map(|(s, x)| (s - x).powi(2)).sum::<f32>() < 0.01
    };
    let found = (0..500).filter(|&row| near(row)).count();
    assert!(found >= 480, "{found} of 500");
}

#[test]
fn attention_stays_finite() {
    let all: Batch<(Const<3>,)> = Batch::from_vec(vec![1e3, 0.0, 0.0, 0.0, -1e3, 0.0, 0.0, 0.0, 1e3]).unwrap();
    let mut memory: ContinuousMemory<Const<3>> = ContinuousMemory::new(1e4).unwrap();
    memory.store(&all).unwrap();
    let recall = memory.recall(&Batch::from_vec(vec![3.0, 2.0, 1.0, -9.0, -8.0, -7.0]).unwrap()).unwrap();
    falls(&recall, 1e-1);
    assert_eq!(recall.states.as_slice(), [1e3, 0.0, 0.0, 0.0, -1e3, 0.0]);
}

/// Numbers of which a product is beyond the range are refused where they come in; at the edge of it all stays finite.
#[test]
fn what_would_leave_the_finite_numbers_is_refused() {
    for beta in [1e39, 1e300, 1e-50] {
        let error = ContinuousMemory::<Const<2>>::new(beta).unwrap_err().to_string();
        assert_eq!(error, format!("expected `beta` to be finite and above 0 in f32, found {beta}"));
        assert!(ContinuousMemory::<Const<2>, f64>::new(beta).is_ok());
    }
    let batch = |numbers: &[f32]| Batch::<(Const<2>,)>::from_vec(numbers.to_vec()).unwrap();
    let mut memory: ContinuousMemory<Const<2>> = ContinuousMemory::new(1.0).unwrap();
    let error = memory.store(&batch(&[1.0, 2.0, 1.0, -1e20])).unwrap_err();
    let EnergyError::Value { found, sample: 1, element: 1, .. } = error else { panic!("{error}") };
    assert_eq!((found, memory.count()), (f64::from(-1e20_f32), 0));
    memory.store(&batch(&[1e18, 0.0, 0.0, 1e18])).unwrap();
    // A pattern that is small by itself, but not beside the others; and a state.
    assert!(memory.store(&batch(&[1e21, 0.0])).is_err());
    for result in [memory.recall(&batch(&[1e21, 1.0])).map(drop), memory.energies(&batch(&[1e21, 1.0])).map(drop)] {
        assert!(matches!(result, Err(EnergyError::Value { sample: 0, element: 0, .. })), "{result:?}");
    }
    let recall = memory.recall(&batch(&[1e19, 1.0, 0.0, 1e18])).unwrap();
    assert_eq!(recall.states.as_slice(), [1e18, 0.0, 0.0, 1e18]);
    assert!(recall.traces.iter().all(|trace| trace.energies.iter().all(|energy| energy.is_finite())));
    // A large inverse temperature counts as well.
    let mut steep: ContinuousMemory<Const<2>> = ContinuousMemory::new(1e30).unwrap();
    assert!(steep.store(&batch(&[1e5, 0.0])).is_err());
    steep.store(&batch(&[1e3, 0.0, 0.0, 1e3])).unwrap();
    assert_eq!(steep.recall(&batch(&[2.0, 1.0])).unwrap().states.as_slice(), [1e3, 0.0]);
    let mut wide: ContinuousMemory<Const<2>, f64> = ContinuousMemory::new(1.0).unwrap();
    assert!(wide.store(&Batch::from_vec(vec![1e200, 0.0]).unwrap()).is_err());
    wide.store(&Batch::from_vec(vec![1e20, 0.0, 0.0, 1e20]).unwrap()).unwrap();
    assert_eq!(wide.recall(&Batch::from_vec(vec![2.0, 1.0]).unwrap()).unwrap().states.as_slice(), [1e20, 0.0]);
}
