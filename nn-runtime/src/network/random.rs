//! Where the randomness of a network comes from.

use rand::{RngExt, SeedableRng, rngs::StdRng};

pub use crate::kernels::random::Random;
pub(crate) use crate::kernels::random::mix;

/// The generator that fresh parameters are drawn from.
pub fn generator(seed: u64) -> StdRng {
    StdRng::seed_from_u64(seed)
}

/// A seed for a part of what `rng` draws.
pub fn seed(rng: &mut StdRng) -> u64 {
    rng.random()
}
