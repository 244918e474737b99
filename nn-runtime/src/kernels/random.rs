//! Randomness inside a pass, the same whatever part or thread asks for it.

/// A number drawn for each (seed, step, layer, element): uniform, independent, and without a state to share.
///
/// A layer that draws in its forward pass draws the same numbers again in its backward pass.
///
/// ```
/// use plumbline::network::abi::Random;
/// let stream = Random::new(42, 0).layer(3);
/// assert_eq!(stream.bits(7), Random::new(42, 0).layer(3).bits(7));
/// assert_ne!(stream.bits(7), stream.bits(8));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Random {
    key: u64,
}

impl Random {
    /// The numbers of one training step under a seed.
    pub fn new(seed: u64, step: u64) -> Self {
        Random { key: mix(mix(seed) ^ step) }
    }

    /// The numbers of one layer.
    pub fn layer(self, index: u64) -> Self {
        Random { key: mix(self.key ^ index.wrapping_add(1)) }
    }

    /// 32 uniform bits for an element: the finalizer of a 32-bit hash over the key and the index.
    #[inline(always)]
    pub fn bits(self, index: u64) -> u32 {
        self.bits_at((index >> 32) as u32, index as u32)
    }

    /// [`Random::bits`] for an index in two halves: where the upper one stays, a register holds as many lower ones as fit.
    #[inline(always)]
    pub(crate) fn bits_at(self, high: u32, low: u32) -> u32 {
        let mut x = low ^ (self.key as u32);
        x = (x ^ (x >> 16)).wrapping_mul(0x7feb_352d);
        x ^= high ^ (self.key >> 32) as u32;
        x = (x ^ (x >> 15)).wrapping_mul(0x846c_a68b);
        x ^ (x >> 16)
    }
}

/// The output function of SplitMix64 (Steele, Lea and Flood, 2014): a bijection whose output bits each depend on all input bits.
pub(crate) fn mix(x: u64) -> u64 {
    let mut z = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
