//! Samples from probabilities, a register of random bits at a time.

use pulp::{Simd, WithSimd};

use crate::kernels::{Element, compiled::compiled, noise::normal, random::Random, simd::run};

/// Uniform numbers of an element type. Sealed through [`crate::Element`].
pub trait Draw: Sized {
    /// The uniform number in [0, 1) that 32 random bits stand for, of as many of them as the type holds exactly.
    fn unit(bits: u32) -> Self;

    /// ln(u / (1 − u)) for 0 ≤ u < 1, −∞ of 0; in `f32` within 2⁻²² of it or of 1, whichever is larger.
    fn logit(u: Self) -> Self;
}

impl Draw for f32 {
    #[inline(always)]
    fn unit(bits: u32) -> f32 {
        // 24 bits, in a signed integer, which every instruction set converts.
        (bits >> 8) as i32 as f32 * (1.0 / (1 << 24) as f32)
    }

    // Without a branch, so that it becomes vector code.
    #[inline(always)]
    fn logit(u: f32) -> f32 {
        let odds = u / (1.0 - u);
        // odds = m · 2ⁿ with m between √½ and √2.
        let half = std::f32::consts::FRAC_1_SQRT_2.to_bits() as i32;
        let bits = odds.to_bits() as i32;
        let n = bits.wrapping_sub(half) >> 23;
        let m = f32::from_bits(bits.wrapping_sub(n << 23) as u32);
        // ln m = 2 artanh z with z = (m − 1) / (m + 1), so |z| < 0.172: four terms of its series are enough.
        let z = (m - 1.0) / (m + 1.0);
        let t = z * z;
        let tail = t * (1.0 / 3.0 + t * (1.0 / 5.0 + t * (1.0 / 7.0 + t * (1.0 / 9.0))));
        let log = n as f32 * std::f32::consts::LN_2 + 2.0 * (z + z * tail);
        if u == 0.0 { f32::NEG_INFINITY } else { log }
    }
}

impl Draw for f64 {
    #[inline(always)]
    fn unit(bits: u32) -> f64 {
        f64::from(bits) * (1.0 / (1_u64 << 32) as f64)
    }

    #[inline(always)]
    fn logit(u: f64) -> f64 {
        (u / (1.0 - u)).ln()
    }
}

/// Each number p becomes 1 with probability p, else 0. The random bits are those of the indices from `first` on.
pub(crate) fn bernoulli<E: Element>(p: &mut [E], random: Random, first: u64) {
    E::draw_bernoulli(p, random, first);
}

/// Each number becomes a standard logistic one, ln(u / (1 − u)) with u uniform: smaller than x with probability σ(x).
pub(crate) fn logistic<E: Element>(x: &mut [E], random: Random, first: u64) {
    E::draw_logistic(x, random, first);
}

compiled! {
    /// Random numbers for an element type. Sealed through [`crate::Element`].
    pub trait Draws {
        fn draw_bernoulli(p: &mut [Self], random: Random, first: u64) { each(p, random, first, |u, p| if u < p { 1.0 } else { 0.0 }) }
        fn draw_logistic(x: &mut [Self], random: Random, first: u64) { each(x, random, first, |u, _| Self::logit(u)) }
        fn draw_normal(x: &mut [Self], sd: f64, random: Random, first: u64) {
            for (x, index) in x.iter_mut().zip(first..) {
                *x = Self::from_f64(x.as_f64() + sd * normal(random, index));
            }
        }
    }
}

/// Each number x becomes f(u, x), u uniform in [0, 1) by the bits of the indices from `first` on.
fn each<E: Element>(mut x: &mut [E], random: Random, first: u64, f: impl Fn(E, E) -> E + Copy) {
    let mut index = first;
    while !x.is_empty() {
        // Up to where the upper half of the index changes.
        let same = (1_u64 << 32) - (index & u64::from(u32::MAX));
        let length = usize::try_from(same).unwrap_or(usize::MAX).min(x.len());
        let (head, tail) = x.split_at_mut(length);
        run(Each { x: head, random, high: (index >> 32) as u32, low: index as u32, f });
        index += length as u64;
        x = tail;
    }
}

struct Each<'a, E, F> {
    x: &'a mut [E],
    random: Random,
    high: u32,
    low: u32,
    f: F,
}

impl<E: Element, F: Fn(E, E) -> E> WithSimd for Each<'_, E, F> {
    type Output = ();

    // A plain loop, which the compiler turns into vector code for the instruction set that `run` chose.
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Each { x, random, high, low, f } = self;
        for (i, x) in x.iter_mut().enumerate() {
            *x = f(E::unit(random.bits_at(high, low.wrapping_add(i as u32))), *x);
        }
    }
}

/// x + `sd` · n for each x, with independent standard normal n.
pub(crate) fn add_normal<E: Element>(x: &mut [E], sd: f64, random: Random, first: u64) {
    E::draw_normal(x, sd, random, first);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::simd::at_each_level;

    #[test]
    fn ones_come_with_their_probabilities_and_the_same_on_every_instruction_set() {
        let random = Random::new(7, 3);
        let probabilities = [0.0_f32, 1e-3, 0.3, 0.5, 0.999, 1.0];
        let mut found: Vec<Vec<f32>> = Vec::new();
        let result: Result<(), ()> = at_each_level(|| {
            let mut p: Vec<f32> = (0..60_000).map(|i| probabilities[i % 6]).collect();
            bernoulli(&mut p, random, u64::from(u32::MAX) - 1000);
            found.push(p);
            Ok(())
        });
        assert_eq!(result, Ok(()));
        assert!(found.iter().all(|sample| *sample == found[0]));
        for (place, &p) in probabilities.iter().enumerate() {
            let p = f64::from(p);
            let ones = found[0].iter().skip(place).step_by(6).filter(|&&x| x == 1.0).count() as f64;
            // Five standard deviations, which one in 1.7 million exceeds.
            assert!((ones - 1e4 * p).abs() <= 5.0 * (1e4 * p * (1.0 - p)).sqrt(), "{ones} of 10⁴ for p = {p}");
        }
        let mut wide: Vec<f64> = vec![0.25; 10_000];
        bernoulli(&mut wide, random, 0);
        let ones = wide.iter().sum::<f64>();
        assert!((ones - 2500.0).abs() < 5.0 * 1875.0_f64.sqrt(), "{ones} of 10⁴ for p = 0.25");
    }

    #[test]
    fn logistic_numbers_are_below_x_with_probability_sigma_of_x() {
        let random = Random::new(5, 1);
        let (mut single, mut double) = (vec![0.0_f32; 100_000], vec![0.0_f64; 100_000]);
        logistic(&mut single, random, 7);
        logistic(&mut double, random, 7);
        for x in [-4.0, -1.0, 0.0, 0.5, 3.0] {
            let p = 1.0 / (1.0 + f64::exp(-x));
            let counts = [
                single.iter().filter(|t| f64::from(**t) < x).count() as f64,
                double.iter().filter(|t| **t < x).count() as f64,
            ];
            // Five standard deviations, which one in 1.7 million exceeds.
            let bound = 5.0 * (1e5 * p * (1.0 - p)).sqrt();
            assert!(counts.iter().all(|ones| (ones - 1e5 * p).abs() <= bound), "{counts:?} of 10⁵ for {x}");
        }
        let mut worst: f64 = 0.0;
        for bits in (1 << 8..1 << 24).step_by(1009).chain([1, 2, 3, (1 << 24) - 1, 1 << 23, (1 << 23) + 1]) {
            let u = f64::from(bits) / f64::from(1 << 24);
            let exact = (u / (1.0 - u)).ln();
            worst = worst.max((f64::from(f32::logit(u as f32)) - exact).abs() / exact.abs().max(1.0));
        }
        assert!(worst < 2.0_f64.powi(-22), "{worst}");
        assert!(f32::logit(0.0) == f32::NEG_INFINITY && f64::logit(0.0) == f64::NEG_INFINITY);
    }

    #[test]
    fn a_sample_is_that_of_its_index_wherever_the_slice_is_cut() {
        let random = Random::new(1, 0);
        let first = u64::from(u32::MAX) - 20;
        let mut whole = vec![0.5_f32; 100];
        bernoulli(&mut whole, random, first);
        for cut in [1, 20, 21, 22, 63] {
            let mut parts = vec![0.5_f32; 100];
            let (head, tail) = parts.split_at_mut(cut);
            bernoulli(head, random, first);
            bernoulli(tail, random, first + cut as u64);
            assert_eq!(parts, whole);
        }
        for (i, &x) in whole.iter().enumerate() {
            assert_eq!(x == 1.0, f32::unit(random.bits(first + i as u64)) < 0.5);
        }
    }
}
