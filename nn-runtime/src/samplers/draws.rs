//! The random numbers of consecutive chains.

use rand::Rng;

use crate::{Element, kernels::draw, network::Random};

/// The random numbers of one half-step of consecutive chains: one for each (seed, step, block, chain, variable), without a state.
///
/// A model draws with it whole rows of variables, one row a chain. Which thread asks, and how many chains it takes at a time, changes nothing.
///
/// ```
/// use plumbline::samplers::Draws;
/// let draws = Draws::new(42, 0);
/// let (mut whole, mut second) = ([0.5_f32; 6], [0.5_f32; 3]);
/// draws.bernoulli(&mut whole, 3);
/// draws.of_chain(1).bernoulli(&mut second, 3); // the second of two chains with three variables each
/// assert_eq!(whole[3..], second);
/// assert!(whole.iter().all(|&x| x == 0.0 || x == 1.0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draws {
    random: Random,
    first: u64,
}

impl Draws {
    /// The numbers of one step under a seed.
    pub fn new(seed: u64, step: u64) -> Self {
        Draws { random: Random::new(seed, step), first: 0 }
    }

    /// Numbers under a seed drawn from `rng`.
    pub fn from_rng(rng: &mut (impl Rng + ?Sized)) -> Self {
        Draws::new(rng.next_u64(), 0)
    }

    /// Numbers of their own for one of several uses within a step.
    #[must_use]
    pub fn of_block(self, index: u64) -> Self {
        Draws { random: self.random.layer(index), ..self }
    }

    /// The numbers of the chains from `chain` on, counted from the first of these.
    #[must_use]
    pub fn of_chain(self, chain: usize) -> Self {
        Draws { first: self.first + chain as u64, ..self }
    }

    /// The uniform number in [0, 1) of one variable of a chain of `width` variables.
    #[inline(always)]
    pub fn uniform(self, chain: usize, width: usize, variable: usize) -> f64 {
        <f64 as draw::Draw>::unit(self.random.bits(self.index(width) + (chain * width + variable) as u64))
    }

    /// Each probability in the rows of `width` numbers becomes 1 with that probability, else 0.
    ///
    /// In `f32` probabilities count in steps of 2⁻²⁴, in `f64` of 2⁻³².
    pub fn bernoulli<E: Element>(self, probabilities: &mut [E], width: usize) {
        draw::bernoulli(probabilities, self.random, self.index(width));
    }

    /// Standard logistic numbers in the rows of `width`: each is below x with probability σ(x) = 1 / (1 + e⁻ˣ), so that a unit whose state is known only when
    /// its turn comes can be drawn by a comparison. They are ln(u / (1 − u)) of the numbers that [`Draws::bernoulli`] compares with.
    ///
    /// ```
    /// use plumbline::samplers::Draws;
    /// let mut thresholds = [0.0_f64; 10_000];
    /// Draws::new(1, 0).logistic(&mut thresholds, 1);
    /// let below = thresholds.iter().filter(|&&t| t < 2.0).count() as f64 / 1e4;
    /// assert!((below - 1.0 / (1.0 + (-2.0_f64).exp())).abs() < 0.01);
    /// ```
    pub fn logistic<E: Element>(self, numbers: &mut [E], width: usize) {
        draw::logistic(numbers, self.random, self.index(width));
    }

    /// [`Draws::logistic`] for the variables of one chain from `variable` on.
    pub(crate) fn logistic_from<E: Element>(self, numbers: &mut [E], width: usize, variable: usize) {
        draw::logistic(numbers, self.random, self.index(width) + variable as u64);
    }

    /// Adds `sd` times an independent standard normal number to each number in the rows of `width`.
    pub fn add_normal<E: Element>(self, means: &mut [E], width: usize, sd: f64) {
        draw::add_normal(means, sd, self.random, self.index(width));
    }

    /// A standard normal number for one variable of a chain of `width` variables.
    pub fn normal(self, chain: usize, width: usize, variable: usize) -> f64 {
        crate::kernels::noise::normal(self.random, self.index(width) + (chain * width + variable) as u64)
    }

    #[inline(always)]
    fn index(self, width: usize) -> u64 {
        self.first * width as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_belong_to_their_chain_and_their_use() {
        let draws = Draws::new(3, 5);
        let mut whole = vec![0.0_f64; 40];
        draws.add_normal(&mut whole, 4, 2.0);
        let mut tail = vec![0.0_f64; 12];
        draws.of_chain(7).add_normal(&mut tail, 4, 2.0);
        assert_eq!(whole[28..], tail);
        assert_eq!(whole[30], 2.0 * draws.normal(7, 4, 2));
        assert_eq!(draws.of_chain(3).uniform(4, 4, 1), draws.uniform(7, 4, 1));
        assert_ne!(draws.of_block(0).uniform(0, 1, 0), draws.of_block(1).uniform(0, 1, 0));
        assert_ne!(draws.uniform(0, 1, 0), Draws::new(3, 6).uniform(0, 1, 0));
    }
}
