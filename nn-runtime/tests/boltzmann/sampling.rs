//! Gibbs sampling and annealing.

use nn_runtime::{
    Batch, Const,
    energy::EnergyError,
    samplers::{Ladder, SamplerError, SiteChains, Sites},
};
use rand::{SeedableRng, rngs::StdRng};

use crate::common::{assert_frequencies, bits, energy, frequencies, machine, normalized, weights};

/// Chains, of which each gives one independent state.
const CHAINS: usize = 20_000;

#[test]
fn frequencies_agree_with_enumeration() {
    fn check<const I: usize, const N: usize>(temperature: f64, beta: f64, seed: u64) {
        let machine = machine::<I, N, f64>(0.8, temperature, seed);
        let mut chains = machine.chains(CHAINS, seed).unwrap();
        // Beyond the sweeps after which fields are calculated anew.
        chains.gibbs_at(&machine, beta, 70).unwrap();
        assert_frequencies(&frequencies(chains.states(), I + N), &normalized(&weights(&machine, beta)));
        let single = machine_of_singles::<I, N>(temperature, seed);
        let mut chains = single.chains(CHAINS, seed).unwrap();
        chains.gibbs_at(&single, beta, 70).unwrap();
        assert_frequencies(&frequencies(chains.states(), I + N), &normalized(&weights(&single, beta)));
    }
    fn machine_of_singles<const I: usize, const N: usize>(
        temperature: f64,
        seed: u64,
    ) -> nn_runtime::energy::Boltzmann<Const<I>, Const<N>> {
        machine::<I, N, f32>(0.8, temperature, seed)
    }
    check::<1, 0>(1.0, 1.0, 1);
    check::<2, 1>(1.0, 1.0, 2);
    check::<4, 0>(0.7, 1.0, 3);
    check::<3, 3>(1.5, 1.0, 4);
    check::<3, 2>(1.0, 0.3, 5);
    check::<2, 2>(1.0, 0.0, 6);
}

#[test]
fn clamped_frequencies_are_conditional_ones() {
    let machine = machine::<3, 2, f64>(1.0, 0.9, 7);
    // Units 0 and 3 are known.
    let values: Vec<f64> = (0..CHAINS).flat_map(|_| [1.0, 0.0, 0.0, 0.0, 1.0]).collect();
    let mut chains = machine.chains(CHAINS, 1).unwrap();
    chains.gibbs_clamped(&machine, 40, &[true, false, false, true, false], &values).unwrap();
    let mut all = weights(&machine, 1.0);
    for (state, weight) in all.iter_mut().enumerate() {
        let fits = state & 1 == 1 && state >> 3 & 1 == 0;
        *weight *= f64::from(u8::from(fits));
    }
    assert_frequencies(&frequencies(chains.states(), 5), &normalized(&all));

    // A mask for each sample: of the even ones the first unit is known to be 1, of the odd ones the others to be 0 and 1.
    let v: Vec<f64> = (0..CHAINS).flat_map(|k| if k % 2 == 0 { [1.0, 0.0, 0.0] } else { [0.0, 0.0, 1.0] }).collect();
    let known: Vec<bool> =
        (0..CHAINS).flat_map(|k| if k % 2 == 0 { [true, false, false] } else { [false, true, true] }).collect();
    let rng = &mut StdRng::seed_from_u64(3);
    let (v, h) = machine.complete(&Batch::from_vec(v).unwrap(), &known, 40, rng).unwrap();
    let mut states = [Vec::new(), Vec::new()];
    for (k, (v, h)) in v.as_slice().chunks(3).zip(h.as_slice().chunks(2)).enumerate() {
        states[k % 2].extend([v, h].concat());
    }
    for (states, mask, value) in [(&states[0], 0b001, 0b001), (&states[1], 0b110, 0b100)] {
        let mut all = weights(&machine, 1.0);
        for (state, weight) in all.iter_mut().enumerate() {
            *weight *= f64::from(u8::from(state & mask == value));
        }
        assert_frequencies(&frequencies(states, 5), &normalized(&all));
    }
    // All is known.
    chains.gibbs_clamped(&machine, 3, &[true; 5], &values).unwrap();
    assert_eq!(chains.states(), values);
}

#[test]
fn random_states_are_even_and_spins_are_drawn_as_bits() {
    struct Spins(Vec<f64>, [f64; 3]);
    impl Sites<f64> for Spins {
        fn sites(&self) -> usize {
            3
        }
        fn couplings(&self) -> &[f64] {
            &self.0
        }
        fn biases_into(&self, biases: &mut [f64]) {
            biases.copy_from_slice(&self.1);
        }
        fn levels(&self) -> [f64; 2] {
            [-1.0, 1.0]
        }
        fn temperature(&self) -> f64 {
            1.4
        }
    }
    let model = Spins(vec![0.0, 0.9, -0.4, 0.9, 0.0, 0.7, -0.4, 0.7, 0.0], [0.2, -0.5, 0.3]);
    let mut chains = SiteChains::random(&model, CHAINS, 1).unwrap();
    assert_frequencies(&frequencies(chains.states(), 3), &[0.125; 8]);
    chains.gibbs(&model, 40).unwrap();
    let weight = |state: usize| {
        let s: Vec<f64> = bits(state, 3).iter().map(|s| 2.0 * s - 1.0).collect();
        let pairs = 0.9 * s[0] * s[1] - 0.4 * s[0] * s[2] + 0.7 * s[1] * s[2];
        ((pairs + 0.2 * s[0] - 0.5 * s[1] + 0.3 * s[2]) / 1.4).exp()
    };
    assert_frequencies(&frequencies(chains.states(), 3), &normalized(&(0..8).map(weight).collect::<Vec<_>>()));
    let energies = chains.energies(&model).unwrap();
    let first: Vec<f64> = chains.states()[..3].iter().map(|s| (s + 1.0) / 2.0).collect();
    let state = (0..3).fold(0, |sum, i| sum | usize::from(first[i] == 1.0) << i);
    assert!((energies[0] + 1.4 * weight(state).ln()).abs() < 1e-12);
    let wrong = SiteChains::starting_at(&model, vec![1.0, 0.0, -1.0], 1).unwrap_err();
    assert_eq!(wrong.to_string(), "expected -1 or 1, found 0 at place 1 of chain 0");
}

#[test]
fn annealing_finds_the_lowest_energy_and_tells_the_way() {
    for seed in 0..10 {
        let machine = machine::<8, 4, f32>(2.0, 0.5 + seed as f64, seed);
        let lowest = (0..1 << 12).map(|state| energy(&machine, &bits(state, 12))).fold(f64::INFINITY, f64::min);
        // From a high temperature to a low one, whatever the machine's own is.
        let betas = |beta: f64| beta * machine.temperature();
        let ladder = Ladder::geometric(betas(0.1), betas(10.0), 100);
        let found = machine.anneal(20, &ladder, &mut StdRng::seed_from_u64(1)).unwrap();
        let state: Vec<f64> = found.state.iter().map(|&s| s.into()).collect();
        assert!((found.energy - energy(&machine, &state)).abs() < 1e-9);
        assert!((found.energy - lowest).abs() < 1e-4, "{} is above {lowest}", found.energy);
        assert!(found.mean_energies.len() == 101 && found.mean_energies[100] < found.mean_energies[0]);
        assert!(found.mean_energies.iter().all(|&mean| mean >= lowest - 1e-3));
    }
    let machine = machine::<2, 1, f32>(1.0, 1.0, 1);
    let rng = &mut StdRng::seed_from_u64(1);
    let none = machine.anneal(3, &Ladder::from(vec![]), rng).unwrap();
    assert!(none.energy == f64::INFINITY && none.mean_energies.is_empty());
    let bad = machine.anneal(3, &Ladder::from(vec![1.0, f64::NAN]), rng).unwrap_err();
    assert!(matches!(bad, EnergyError::Sampler(SamplerError::Temperature { place: 1, .. })));
}

#[test]
fn the_threads_change_no_bit_and_the_seed_all() {
    let machine = machine::<20, 12, f32>(0.5, 1.0, 8);
    let run = |threads: usize, seed: u64| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            // Enough work for several threads.
            let mut chains = machine.chains(300, seed).unwrap();
            chains.gibbs(&machine, 70).unwrap();
            let found = chains.anneal(&machine, &Ladder::linear(0.5, 2.0, 80)).unwrap();
            (chains.states().to_vec(), found, chains.sweeps())
        })
    };
    assert_eq!(run(1, 1), run(2, 1));
    assert_ne!(run(1, 1).0, run(1, 2).0);
}

#[test]
fn energies_are_those_of_their_definition() {
    let machine = machine::<3, 2, f32>(1.0, 1.0, 8);
    let states: Vec<f64> = (0..32).flat_map(|state| bits(state, 5)).collect();
    let (v, h) = machine.split(&states.iter().map(|&s| s as f32).collect::<Vec<_>>()).unwrap();
    let energies = machine.energies(&v, &h).unwrap();
    assert!(energies.iter().zip(states.chunks(5)).all(|(found, s)| (found - energy(&machine, s)).abs() < 1e-12));
    let error = machine.energies(&v, &Batch::zeros(3)).unwrap_err();
    assert_eq!(error.to_string(), "expected 32 samples, found 3");
    assert_eq!(
        machine.split(&[0.0; 7]).unwrap_err().to_string(),
        "expected a multiple of the 5 numbers of a sample, found 7 numbers"
    );
}

#[test]
fn what_does_not_fit_is_an_error() {
    let machine = machine::<3, 2, f64>(1.0, 1.0, 1);
    let mut chains = machine.chains(2, 1).unwrap();
    let before = chains.states().to_vec();
    let mut refuse = |known: &[bool], values: &[f64], expected: &str| {
        assert_eq!(chains.gibbs_clamped(&machine, 1, known, values).unwrap_err().to_string(), expected);
    };
    refuse(&[true; 4], &[0.0; 10], "expected 5 numbers of a mask, found 4");
    refuse(&[true; 5], &[0.0; 5], "expected 10 numbers of values, found 5");
    let mut values = [0.0; 10];
    values[8] = f64::NAN;
    refuse(&[true; 5], &values, "expected 0 or 1, found NaN at place 3 of chain 1");
    // Nobody asks what is not known to be.
    chains.gibbs_clamped(&machine, 0, &[true, true, true, false, true], &values).unwrap();
    let other = crate::common::machine::<3, 3, f64>(1.0, 1.0, 1);
    assert_eq!(chains.gibbs(&other, 1).unwrap_err().to_string(), "expected 5 numbers of a state of the model, found 6");
    assert!(matches!(chains.gibbs_at(&machine, -1.0, 1), Err(SamplerError::Temperature { .. })));
    assert!(before.iter().all(|s| *s == 0.0 || *s == 1.0));

    let rng = &mut StdRng::seed_from_u64(1);
    let v = Batch::from_vec(vec![0.0, 0.5, 1.0]).unwrap();
    assert!(matches!(machine.complete(&v, &[true; 3], 1, rng), Err(EnergyError::Value { element: 1, .. })));
    let v = Batch::from_vec(vec![0.0, 0.0, 1.0]).unwrap();
    assert!(matches!(
        machine.complete(&v, &[true; 2], 1, rng),
        Err(EnergyError::Mask { sample: 3, samples: 3, found: 2 })
    ));
}
