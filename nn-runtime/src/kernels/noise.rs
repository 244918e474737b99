//! Random changes to numbers, drawn anew for the backward pass instead of kept.

use pulp::{Simd, WithSimd};

use crate::kernels::{Element, random::Random, simd::run};

/// What becomes of a number.
pub(crate) trait Corrupt<E>: Copy {
    /// The number that takes the place of `x`, whose index in the batch is `index`.
    fn call(self, random: Random, index: u64, x: E) -> E;
}

/// The numbers of a slice: the ones of index first + i × step for i = 0, 1, …
pub(crate) struct Noise<'a, E, C> {
    pub(crate) corrupt: C,
    pub(crate) random: Random,
    /// The index of the first number.
    pub(crate) first: u64,
    /// The numbers of a sample.
    pub(crate) width: usize,
    /// The lanes of the batch-innermost layout; 1 for samples one after the other.
    pub(crate) lanes: usize,
    pub(crate) data: &'a mut [E],
}

impl<E: Element, C: Corrupt<E>> Noise<'_, E, C> {
    pub(crate) fn run(self) {
        run(self);
    }
}

impl<E: Element, C: Corrupt<E>> WithSimd for Noise<'_, E, C> {
    type Output = ();

    // Plain loops, which the compiler turns into vector code for the instruction set that `run` chose.
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Noise { corrupt, random, first, width, lanes, data } = self;
        if lanes == 1 {
            for (i, x) in data.iter_mut().enumerate() {
                *x = corrupt.call(random, first + i as u64, *x);
            }
            return;
        }
        for (element, lanes) in data.chunks_exact_mut(lanes).enumerate() {
            for (sample, x) in lanes.iter_mut().enumerate() {
                *x = corrupt.call(random, first + (sample * width + element) as u64, *x);
            }
        }
    }
}

/// How often 32 random bits are below a bound that stands for a probability.
fn bound(probability: f64) -> u64 {
    const RANGE: f64 = (1_u64 << 32) as f64;
    (probability.clamp(0.0, 1.0) * RANGE).round() as u64
}

/// x · `scale` with a probability, else 0.
#[derive(Clone, Copy)]
pub(crate) struct Keep<E> {
    kept: u64,
    scale: E,
}

impl<E> Keep<E> {
    pub(crate) fn new(probability: f64, scale: E) -> Self {
        Keep { kept: bound(probability), scale }
    }
}

impl<E: Element> Corrupt<E> for Keep<E> {
    #[inline(always)]
    fn call(self, random: Random, index: u64, x: E) -> E {
        if u64::from(random.bits(index)) < self.kept { x * self.scale } else { E::zero() }
    }
}

/// x with a probability, else 0 or 1 with equal odds.
#[derive(Clone, Copy)]
pub(crate) struct Replace {
    kept: u64,
    /// Between `kept` and this a number becomes 0, and from here on 1.
    zero: u64,
}

impl Replace {
    pub(crate) fn new(probability: f64) -> Self {
        Replace { kept: bound(probability), zero: bound((probability + 1.0) / 2.0) }
    }
}

impl<E: Element> Corrupt<E> for Replace {
    #[inline(always)]
    fn call(self, random: Random, index: u64, x: E) -> E {
        let bits = u64::from(random.bits(index));
        if bits < self.kept {
            x
        } else if bits < self.zero {
            E::zero()
        } else {
            E::one()
        }
    }
}

/// x + `sd` · n with a standard normal n.
#[derive(Clone, Copy)]
pub(crate) struct AddNormal {
    pub(crate) sd: f64,
}

impl<E: Element> Corrupt<E> for AddNormal {
    #[inline(always)]
    fn call(self, random: Random, index: u64, x: E) -> E {
        x + E::from_f64(self.sd * normal(random, index))
    }
}

/// A standard normal number for an index: two uniform numbers make a radius and an angle, and those a normal one (Box and Muller, 1958).
#[inline(always)]
pub(crate) fn normal(random: Random, index: u64) -> f64 {
    // From the middle of each of 2³² equal steps: never 0, whose logarithm is infinite.
    let uniform = |random: Random| (f64::from(random.bits(index)) + 0.5) / (1_u64 << 32) as f64;
    let radius = (-2.0 * uniform(random).ln()).sqrt();
    let angle = std::f64::consts::TAU * uniform(random.layer(0));
    radius * angle.cos()
}
