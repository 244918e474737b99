//! Samples from probabilities, a register of random bits at a time.

use pulp::{Simd, WithSimd};

use crate::{
    Element,
    kernels::{noise::normal, simd::run},
    network::Random,
};

/// Uniform numbers of an element type. Sealed through [`crate::Element`].
pub trait Draw: Sized {
    /// The uniform number in [0, 1) that 32 random bits stand for, of as many of them as the type holds exactly.
    fn unit(bits: u32) -> Self;
}

impl Draw for f32 {
    #[inline(always)]
    fn unit(bits: u32) -> f32 {
        // 24 bits, in a signed integer, which every instruction set converts.
        (bits >> 8) as i32 as f32 * (1.0 / (1 << 24) as f32)
    }
}

impl Draw for f64 {
    #[inline(always)]
    fn unit(bits: u32) -> f64 {
        f64::from(bits) * (1.0 / (1_u64 << 32) as f64)
    }
}

/// Each number p becomes 1 with probability p, else 0. The random bits are those of the indices from `first` on.
pub(crate) fn bernoulli<E: Element>(mut p: &mut [E], random: Random, first: u64) {
    let mut index = first;
    while !p.is_empty() {
        // Up to where the upper half of the index changes.
        let same = (1_u64 << 32) - (index & u64::from(u32::MAX));
        let length = usize::try_from(same).unwrap_or(usize::MAX).min(p.len());
        let (head, tail) = p.split_at_mut(length);
        run(Bernoulli { p: head, random, high: (index >> 32) as u32, low: index as u32 });
        index += length as u64;
        p = tail;
    }
}

struct Bernoulli<'a, E> {
    p: &'a mut [E],
    random: Random,
    high: u32,
    low: u32,
}

impl<E: Element> WithSimd for Bernoulli<'_, E> {
    type Output = ();

    // A plain loop, which the compiler turns into vector code for the instruction set that `run` chose.
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Bernoulli { p, random, high, low } = self;
        for (i, p) in p.iter_mut().enumerate() {
            let u = E::unit(random.bits_at(high, low.wrapping_add(i as u32)));
            *p = if u < *p { E::one() } else { E::zero() };
        }
    }
}

/// x + `sd` · n for each x, with independent standard normal n.
pub(crate) fn add_normal<E: Element>(x: &mut [E], sd: f64, random: Random, first: u64) {
    for (x, index) in x.iter_mut().zip(first..) {
        *x = E::from_f64(x.as_f64() + sd * normal(random, index));
    }
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
