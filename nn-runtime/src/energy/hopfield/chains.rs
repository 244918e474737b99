//! The network at a temperature.

use std::ops::Deref;

use crate::{
    Batch, Element,
    energy::{EnergyError, Hopfield},
    samplers::{SiteChains, Sites},
    shape::FixedDimension,
};

/// p(s) ∝ exp(−E(s)) with s in {−1, 1}: the network at temperature 1, and at T by an inverse temperature of 1 / T.
impl<I: FixedDimension, U, E: Element> Sites<E> for Hopfield<I, U, E> {
    fn sites(&self) -> usize {
        I::SIZE
    }

    fn couplings(&self) -> &[E] {
        &self.weight
    }

    fn biases_into(&self, biases: &mut [E]) {
        biases.iter_mut().zip(&*self.threshold).for_each(|(bias, &threshold)| *bias = -threshold);
    }

    fn levels(&self) -> [E; 2] {
        [-E::one(), E::one()]
    }
}

impl<I: FixedDimension, U, E: Element> Hopfield<I, U, E> {
    /// Chains from the given states whose sweeps are those of the network at a temperature: one unit after the other becomes 1 with probability
    /// σ(2 net / T) (Glauber, 1963), so that in the long run p(s) ∝ exp(−E(s) / T). [`SiteChains::gibbs_at`] takes 1 / T; [`SiteChains::anneal`]
    /// lowers T step by step, which leaves states that recall would stay in.
    ///
    /// ```
    /// use plumbline::{Batch, Const, energy::Hopfield};
    /// let mut net: Hopfield<Const<20>> = Hopfield::zeros();
    /// let pattern = Batch::from_vec([1.0, -1.0].repeat(10))?;
    /// net.store_hebbian(&pattern)?;
    /// let mut chains = net.chains_from(&pattern, 42)?;
    /// chains.gibbs_at(&net, 10.0, 50)?; // T = 0.1
    /// assert_eq!(chains.states(), pattern.as_slice());
    /// chains.gibbs_at(&net, 0.1, 50)?; // T = 10, where nothing is kept
    /// assert_ne!(chains.states(), pattern.as_slice());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`EnergyError::Value`] for a number other than −1 and 1, [`EnergyError::Overflow`] for connections so large that a sum of them is not finite,
    /// [`EnergyError::Sampler`] of a network without units.
    pub fn chains_from<D>(&self, states: &Batch<(I,), E, D>, seed: u64) -> Result<SiteChains<E>, EnergyError>
    where
        D: Deref<Target = [E]>,
    {
        self.check(states)?;
        self.check_sums()?;
        Ok(SiteChains::starting_at(self, states.as_slice().to_vec(), seed)?)
    }
}
