//! What a generator starts from.

use rand::{Rng, RngExt};
use rand_distr::StandardNormal;

use crate::Element;

/// The distribution of each number of the noise z.
///
/// ```
/// use plumbline::train::Noise;
/// assert_eq!(Noise::default(), Noise::Normal);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Noise {
    /// Normal, with mean 0 and variance 1.
    #[default]
    Normal,
    /// Uniform from −1 to 1.
    Uniform,
}

impl Noise {
    pub(super) fn fill<E: Element>(self, noise: &mut [E], rng: &mut impl Rng) {
        match self {
            Noise::Normal => noise.iter_mut().for_each(|z| *z = E::from_f64(rng.sample(StandardNormal))),
            Noise::Uniform => noise.iter_mut().for_each(|z| *z = E::from_f64(rng.random_range(-1.0..1.0))),
        }
    }
}
