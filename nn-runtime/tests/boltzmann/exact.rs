//! Enumeration.

use nn_runtime::{Batch, Const};

use crate::common::{bits, machine, normalized, weights};

fn check<const I: usize, const N: usize>(temperature: f64, seed: u64)
where
    Const<I>: nn_runtime::energy::FewTogether<Const<N>>,
{
    let machine = machine::<I, N, f64>(1.5, temperature, seed);
    let (units, all) = (I + N, weights(&machine, 1.0));
    let z: f64 = all.iter().sum();
    assert!((machine.log_partition_exact() - z.ln()).abs() < 1e-12 * z.ln().abs().max(1.0));
    let p = normalized(&all);
    let found = machine.probabilities_exact();
    assert!(found.len() == p.len() && found.iter().zip(&p).all(|(found, p)| (found - p).abs() < 1e-13));

    let moments = machine.moments_exact();
    for i in 0..units {
        for j in 0..units {
            let both = |state: usize| state >> i & 1 == 1 && state >> j & 1 == 1;
            let expected: f64 = (0..p.len()).filter(|&state| both(state)).map(|state| p[state]).sum();
            assert!((moments.products[[i, j]] - expected).abs() < 1e-12, "⟨s{i} s{j}⟩");
        }
        assert_eq!(moments.means[i], moments.products[[i, i]]);
    }

    let marginal = |v: usize| (0..1 << N).map(|h| p[v | h << I]).sum::<f64>();
    for v in [0, 1, (1 << I) - 1] {
        let sample = Batch::from_vec(bits(v, I)).unwrap();
        assert!((machine.log_likelihood_exact(&sample) - marginal(v).ln()).abs() < 1e-11);
    }
    let samples: Vec<f64> = (0..1 << I).flat_map(|v| bits(v, I)).collect();
    let mean = (0..1 << I).map(|v| marginal(v).ln()).sum::<f64>() / f64::from(1 << I);
    assert!((machine.log_likelihood_exact(&Batch::from_vec(samples).unwrap()) - mean).abs() < 1e-11);
}

#[test]
fn sums_over_all_states_are_those_of_loops() {
    check::<1, 0>(1.0, 1);
    check::<3, 0>(0.7, 2);
    check::<2, 2>(2.0, 3);
    check::<3, 4>(1.0, 4);
    // As many units as a table has, and more.
    check::<4, 6>(1.0, 5);
    check::<7, 5>(1.3, 6);
    check::<9, 5>(0.8, 7);
}

#[test]
fn the_largest_machine_is_enumerated() {
    let machine = machine::<20, 4, f64>(0.0, 1.0, 1);
    assert!((machine.log_partition_exact() - 24.0 * 2.0_f64.ln()).abs() < 1e-11);
    let moments = machine.moments_exact();
    let even = |(place, &m): ((usize, usize), &f64)| (m - if place.0 == place.1 { 0.5 } else { 0.25 }).abs() < 1e-11;
    assert!(moments.products.indexed_iter().all(even));
}

#[test]
fn the_threads_change_no_bit() {
    let machine = machine::<10, 6, f64>(1.0, 1.0, 9);
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| (machine.log_partition_exact().to_bits(), machine.moments_exact()))
    };
    assert_eq!(run(1), run(2));
}
