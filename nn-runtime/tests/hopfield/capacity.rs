//! Capacity and the error of a bit.

use nn_runtime::{
    Const,
    energy::{BitError, Hopfield},
};

use crate::{patterns, rng};

/// The bits that change in one step from random patterns, in each of several networks.
fn measured<const N: usize>(count: usize, networks: u64) -> Vec<BitError> {
    let of = |seed| {
        let mut net: Hopfield<Const<N>> = Hopfield::zeros();
        let all = patterns(count, &mut rng(seed));
        net.store_hebbian(&all).unwrap();
        net.bit_error_measured(&all).unwrap()
    };
    (0..networks).map(of).collect()
}

/// The prediction lies in the interval of five standard deviations around what is measured. With the spread taken from 60 networks, it would
/// miss it in one of 10⁵ such tests (Student's t with 59 degrees of freedom).
fn agrees<const N: usize>(count: usize, networks: u64) {
    let (errors, predicted) = (measured::<N>(count, networks), Hopfield::<Const<N>>::bit_error_predicted(count));
    let sum = errors.iter().fold(BitError::default(), |sum, &error| sum.and(error));
    let (low, high) = BitError::interval_of(&errors, 5.0);
    println!(
        "α = {:.3}: predicted {predicted:.3e}, measured {:.3e} ({} of {}), between {low:.3e} and {high:.3e}",
        count as f64 / N as f64,
        sum.rate(),
        sum.wrong,
        sum.bits
    );
    assert!(sum.wrong >= 15, "too few errors to compare");
    assert!(low <= predicted && predicted <= high);
}

#[test]
fn the_error_of_a_bit_is_the_predicted_at_a_load_of_a_twentieth() {
    agrees::<1000>(50, 150);
}

#[test]
fn the_error_of_a_bit_is_the_predicted_at_higher_loads() {
    agrees::<1000>(105, 60);
    agrees::<1000>(138, 60);
}

#[test]
fn the_constants_follow_from_the_size() {
    assert_eq!([Hopfield::<Const<1>>::CAPACITY, Hopfield::<Const<0>>::PERFECT_CAPACITY], [0, 0]);
    assert_eq!(Hopfield::<Const<1>>::PERFECT_CAPACITY, 0);
    assert_eq!([Hopfield::<Const<63>>::CAPACITY, Hopfield::<Const<784>>::CAPACITY], [8, 108]);
    let perfect = |n: f64| (n / (4.0 * n.ln())) as usize;
    let found = [
        (2.0, Hopfield::<Const<2>>::PERFECT_CAPACITY),
        (63.0, Hopfield::<Const<63>>::PERFECT_CAPACITY),
        (784.0, Hopfield::<Const<784>>::PERFECT_CAPACITY),
        (1024.0, Hopfield::<Const<1024>>::PERFECT_CAPACITY),
        (16_777_216.0, Hopfield::<Const<16_777_216>>::PERFECT_CAPACITY),
        (99_999_999.0, Hopfield::<Const<99_999_999>>::PERFECT_CAPACITY),
    ];
    found.iter().for_each(|&(n, constant)| assert_eq!(constant, perfect(n), "n = {n}"));
}

/// Wilson's interval holds the probabilities p at which the measured rate is z standard deviations away at most.
#[test]
fn the_interval_solves_its_equation() {
    for (wrong, bits) in [(0, 10), (3, 40), (50, 100), (7, 7)] {
        let error = BitError { wrong, bits };
        for p in <[f64; 2]>::from(error.interval(2.5)) {
            let distance = (error.rate() - p).powi(2) * bits as f64;
            assert!((distance - 6.25 * p * (1.0 - p)).abs() < 1e-12, "{wrong} of {bits}: {p}");
        }
    }
}

#[test]
fn the_interval_of_networks_is_defined_wherever_there_are_bits() {
    let of = |wrong, bits| BitError { wrong, bits };
    for networks in [&[of(3, 7)][..], &[of(0, 7), of(0, 9)], &[of(7, 7), of(9, 9)], &[of(0, 7), of(7, 7)]] {
        let (low, high) = BitError::interval_of(networks, 2.0);
        assert!(-1e-12 < low && low < high && high < 1.0 + 1e-12, "{low} to {high}");
    }
    let (low, high) = BitError::interval_of(&[], 2.0);
    assert!(low.is_nan() && high.is_nan());
}
