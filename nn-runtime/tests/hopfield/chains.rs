//! The network at a temperature against exact sums.

use nn_runtime::{
    Batch, Const,
    energy::{Hopfield, update::Asynchronous},
};

use crate::{glass, patterns, rng};

/// The quantile of χ² with `freedom` degrees that is exceeded with probability 10⁻⁵ (Wilson and Hilferty, 1931).
fn bound(freedom: f64) -> f64 {
    let spread = 2.0 / (9.0 * freedom);
    freedom * (1.0 - spread + 4.265 * spread.sqrt()).powi(3)
}

/// The states of 40 000 chains are as frequent as exp(−E / T) says; wrong in one of 10⁵ runs.
fn frequencies<const N: usize>(seed: u64, temperature: f64) {
    let net: Hopfield<Const<N>, Asynchronous, f64> = glass(seed);
    let all = (0..1 << N).flat_map(|s| (0..N).map(move |i| if s >> i & 1 == 1 { 1.0 } else { -1.0 })).collect();
    let energies = net.energies(&Batch::from_vec(all).unwrap()).unwrap();
    let weights: Vec<f64> = energies.iter().map(|energy| (-energy / temperature).exp()).collect();
    let sum: f64 = weights.iter().sum();
    let mut chains = net.chains_from(&patterns(40_000, &mut rng(seed)), seed).unwrap();
    chains.gibbs_at(&net, 1.0 / temperature, 60).unwrap();
    let mut counts = vec![0.0; 1 << N];
    for state in chains.states().chunks(N) {
        let index: usize = state.iter().enumerate().map(|(i, &s)| usize::from(s == 1.0) << i).sum();
        counts[index] += 1.0;
    }
    // States that are rarely expected are counted together.
    let (mut rest, mut squares, mut cells) = ([0.0; 2], 0.0, 0.0);
    let mut add = |found: f64, expected: f64| {
        squares += (found - expected).powi(2) / expected;
        cells += 1.0;
    };
    for (found, weight) in counts.iter().zip(&weights) {
        let expected = 4e4 * weight / sum;
        if expected < 10.0 {
            rest = [rest[0] + found, rest[1] + expected];
        } else {
            add(*found, expected);
        }
    }
    if rest[1] > 0.0 {
        add(rest[0], rest[1].max(1.0));
    }
    assert!(cells > 3.0 && squares < bound(cells - 1.0), "χ² = {squares} with {cells} cells");
}

#[test]
fn states_are_as_frequent_as_their_energies_say() {
    frequencies::<3>(1, 1.5);
    frequencies::<6>(2, 3.0);
    frequencies::<9>(3, 5.0);
}

#[test]
fn annealing_finds_the_least_energy() {
    let net: Hopfield<Const<12>, Asynchronous, f64> = glass(4);
    let all = (0..1 << 12).flat_map(|s| (0..12).map(move |i| if s >> i & 1 == 1 { 1.0 } else { -1.0 })).collect();
    let energies = net.energies(&Batch::from_vec(all).unwrap()).unwrap();
    let least = energies.iter().copied().fold(f64::INFINITY, f64::min);
    let mut chains = net.chains_from(&patterns(20, &mut rng(4)), 4).unwrap();
    let found = chains.anneal(&net, &nn_runtime::samplers::Ladder::geometric(0.05, 5.0, 100)).unwrap();
    assert!((found.energy - least).abs() < 1e-9);
    let state = Batch::from_vec(found.state).unwrap();
    assert_eq!(net.recall(&state).unwrap().states, state);
}
