//! Random zeros.

use pulp::{Simd, WithSimd};

use crate::{Element, kernels::simd::run, network::Random};

/// The numbers of a slice: the ones of index first + i × step for i = 0, 1, …
pub(crate) struct Drop<'a, E> {
    pub(crate) random: Random,
    /// A number is kept where its 32 random bits are below this.
    pub(crate) kept: u64,
    /// What is kept is multiplied by this.
    pub(crate) scale: E,
    /// The index of the first number.
    pub(crate) first: u64,
    /// The numbers of a sample.
    pub(crate) width: usize,
    /// With several samples innermost, how many lanes they take up; 1 for samples one after the other.
    pub(crate) lanes: usize,
    pub(crate) data: &'a mut [E],
}

impl<E: Element> Drop<'_, E> {
    pub(crate) fn run(self) {
        run(self);
    }
}

impl<E: Element> WithSimd for Drop<'_, E> {
    type Output = ();

    // Plain loops, which the compiler turns into vector code for the instruction set that `run` chose.
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Drop { random, kept, scale, first, width, lanes, data } = self;
        if lanes == 1 {
            for (i, x) in data.iter_mut().enumerate() {
                *x = keep(random, kept, scale, first + i as u64, *x);
            }
            return;
        }
        for (element, lanes) in data.chunks_exact_mut(lanes).enumerate() {
            for (sample, x) in lanes.iter_mut().enumerate() {
                *x = keep(random, kept, scale, first + (sample * width + element) as u64, *x);
            }
        }
    }
}

/// x · `scale` where the random bits of `index` are below `kept`, else 0.
#[inline(always)]
fn keep<E: Element>(random: Random, kept: u64, scale: E, index: u64, x: E) -> E {
    if u64::from(random.bits(index)) < kept { x * scale } else { E::zero() }
}
