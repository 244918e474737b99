//! What a sampler of one variable at a time needs of a model.

use crate::Element;

/// A distribution p(s) ∝ exp(−E(s) / T) with E(s) = −½ sᵀ W s − bᵀ s over variables that each have two states, such as 0 and 1 or −1 and 1. W is symmetric
/// with zeros on its diagonal.
///
/// Given all the others, a variable is in its upper state with the probability σ((upper − lower) (bᵢ + Σ Wᵢⱼ sⱼ) / T): a sampler that keeps the sums
/// needs no more of a model than its numbers. [`SiteChains`](crate::samplers::SiteChains) is that sampler.
///
/// ```
/// use plumbline::samplers::{SiteChains, Sites};
/// /// Spins −1 and 1 on a ring, each with the coupling 1 to both neighbours.
/// struct Ring(Vec<f64>, usize);
/// impl Ring {
///     fn new(spins: usize) -> Self {
///         let near = |i: usize, j: usize| (i + 1) % spins == j || (j + 1) % spins == i;
///         Ring((0..spins * spins).map(|k| f64::from(u8::from(near(k / spins, k % spins)))).collect(), spins)
///     }
/// }
/// impl Sites<f64> for Ring {
///     fn sites(&self) -> usize {
///         self.1
///     }
///     fn couplings(&self) -> &[f64] {
///         &self.0
///     }
///     fn biases_into(&self, biases: &mut [f64]) {
///         biases.fill(0.0);
///     }
///     fn levels(&self) -> [f64; 2] {
///         [-1.0, 1.0]
///     }
/// }
/// let ring = Ring::new(8);
/// let mut chains = SiteChains::random(&ring, 4000, 1)?;
/// chains.gibbs(&ring, 50)?;
/// // Neighbours agree on average as tanh says it: (t + t⁷) / (1 + t⁸) with t = tanh 1.
/// let mean = chains.states().chunks(8).map(|s| s[0] * s[1]).sum::<f64>() / 4000.0;
/// let t = 1.0_f64.tanh();
/// assert!((mean - (t + t.powi(7)) / (1.0 + t.powi(8))).abs() < 0.05);
/// # Ok::<(), plumbline::samplers::SamplerError>(())
/// ```
pub trait Sites<E: Element>: Sync {
    /// The number of variables.
    fn sites(&self) -> usize;

    /// W, row by row.
    fn couplings(&self) -> &[E];

    /// Writes b over `biases`, which has a number for each variable.
    fn biases_into(&self, biases: &mut [E]);

    /// The lower and the upper state, 0 and 1 unless a model says otherwise.
    fn levels(&self) -> [E; 2] {
        [E::zero(), E::one()]
    }

    /// T, 1 unless a model says otherwise.
    fn temperature(&self) -> f64 {
        1.0
    }
}
