//! A machine by loops, and a test of frequencies.

use nn_runtime::{Const, Element, energy::Boltzmann, layers::Init, shape::FixedDimension};
use rand::{RngExt, SeedableRng, rngs::StdRng};

/// A machine with weights and biases of the size `spread`, and a temperature.
pub(crate) fn machine<const I: usize, const N: usize, E: Element>(
    spread: f64,
    temperature: f64,
    seed: u64,
) -> Boltzmann<Const<I>, Const<N>, E> {
    let rng = &mut StdRng::seed_from_u64(seed);
    let mut machine = Boltzmann::new(Init::Normal(spread), rng);
    machine.bias_mut().iter_mut().for_each(|b| *b = E::from_f64(spread * (2.0 * rng.random::<f64>() - 1.0)));
    machine.set_temperature(temperature).unwrap();
    machine
}

/// The bits of a state, the lowest first.
pub(crate) fn bits(state: usize, units: usize) -> Vec<f64> {
    (0..units).map(|unit| (state >> unit & 1) as f64).collect()
}

/// E(s), by its definition.
pub(crate) fn energy<I: FixedDimension, N: FixedDimension, E: Element>(machine: &Boltzmann<I, N, E>, s: &[f64]) -> f64 {
    let (w, b) = (machine.weight(), machine.bias());
    let mut energy = 0.0;
    for i in 0..s.len() {
        energy -= b[i].as_f64() * s[i];
        for j in 0..i {
            energy -= w[[i, j]].as_f64() * s[i] * s[j];
        }
    }
    energy
}

/// exp(−β E(s) / T) of all states.
pub(crate) fn weights<I: FixedDimension, N: FixedDimension, E: Element>(
    machine: &Boltzmann<I, N, E>,
    beta: f64,
) -> Vec<f64> {
    let units = I::SIZE + N::SIZE;
    let weight = |state| (-beta * energy(machine, &bits(state, units)) / machine.temperature()).exp();
    (0..1 << units).map(weight).collect()
}

/// Numbers over their sum.
pub(crate) fn normalized(weights: &[f64]) -> Vec<f64> {
    let sum: f64 = weights.iter().sum();
    weights.iter().map(|w| w / sum).collect()
}

/// How often each state occurs among rows.
pub(crate) fn frequencies<E: Element>(states: &[E], units: usize) -> Vec<usize> {
    let mut counts = vec![0; 1 << units];
    for state in states.chunks(units) {
        let number = |sum, (unit, bit): (usize, &E)| sum | usize::from(*bit == E::one()) << unit;
        counts[state.iter().enumerate().fold(0, number)] += 1;
    }
    counts
}

/// Pearson's χ² test, which a right sampler fails with a probability of about 10⁻⁵: the bound is that of Wilson and Hilferty (1931). States that are
/// expected less than five times are taken together; one that is impossible must not occur.
#[track_caller]
pub(crate) fn assert_frequencies(counts: &[usize], probabilities: &[f64]) {
    assert_eq!(counts.len(), probabilities.len());
    let total = counts.iter().sum::<usize>() as f64;
    let (mut statistic, mut cells, mut rest) = (0.0, 0, (0.0, 0.0));
    for (state, (&count, &p)) in counts.iter().zip(probabilities).enumerate() {
        assert!(p > 0.0 || count == 0, "state {state} is impossible and occurs {count} times");
        let (count, expected) = (count as f64, total * p);
        if expected < 5.0 {
            rest = (rest.0 + count, rest.1 + expected);
        } else {
            statistic += (count - expected).powi(2) / expected;
            cells += 1;
        }
    }
    if rest.1 > 0.0 {
        statistic += (rest.0 - rest.1).powi(2) / rest.1;
        cells += 1;
    }
    let part = 2.0 / (9.0 * f64::from(cells - 1));
    let bound = f64::from(cells - 1) * (1.0 - part + 4.265 * part.sqrt()).powi(3);
    assert!(statistic < bound, "χ² = {statistic} with {cells} cells exceeds {bound}");
}

#[test]
fn the_test_of_frequencies_sees_what_is_wrong() {
    assert_frequencies(&[2500, 2600, 0], &[0.5, 0.5, 0.0]);
    assert!(std::panic::catch_unwind(|| assert_frequencies(&[2000, 2400, 0], &[0.5, 0.5, 0.0])).is_err());
    assert!(std::panic::catch_unwind(|| assert_frequencies(&[2500, 2600, 1], &[0.5, 0.5, 0.0])).is_err());
}
