//! Energies, chains and completion.

use std::ops::Deref;

use rand::Rng;

use crate::{
    Batch, Element, ShapeError,
    energy::{Boltzmann, EnergyError},
    samplers::{Annealing, Ladder, SiteChains, Sites, energy},
    shape::FixedDimension,
};

impl<I: FixedDimension, N: FixedDimension, E: Element> Sites<E> for Boltzmann<I, N, E> {
    fn sites(&self) -> usize {
        Self::UNITS
    }

    fn couplings(&self) -> &[E] {
        &self.weight
    }

    fn biases_into(&self, biases: &mut [E]) {
        biases.copy_from_slice(&self.bias);
    }

    fn temperature(&self) -> f64 {
        self.temperature
    }
}

impl<I: FixedDimension, N: FixedDimension, E: Element> Boltzmann<I, N, E> {
    /// E(v, h) = −½ sᵀ W s − bᵀ s of each pair of rows, in `f64`.
    ///
    /// ```
    /// use plumbline::{Batch, Const, energy::Boltzmann, layers::Init};
    /// use rand::{SeedableRng, rngs::StdRng};
    /// let mut machine: Boltzmann<Const<2>, Const<1>> = Boltzmann::new(Init::Zeros, &mut StdRng::seed_from_u64(1));
    /// machine.set_weight(0, 2, 3.0)?;
    /// machine.bias_mut()[1] = 0.5;
    /// let energies = machine.energies(&Batch::from_vec(vec![1.0, 0.0, 1.0, 1.0])?, &Batch::from_vec(vec![1.0, 0.0])?)?;
    /// assert_eq!(energies, [-3.0, -0.5]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ShapeError::Samples`] where the batches have different numbers of samples.
    pub fn energies<D, F>(&self, v: &Batch<(I,), E, D>, h: &Batch<(N,), E, F>) -> Result<Vec<f64>, ShapeError>
    where
        D: Deref<Target = [E]>,
        F: Deref<Target = [E]>,
    {
        if v.samples() != h.samples() {
            return Err(ShapeError::Samples { expected: v.samples(), found: h.samples() });
        }
        let mut state = vec![E::zero(); Self::UNITS];
        let mut energy_of = |sample: usize| {
            state[..I::SIZE].copy_from_slice(&v.as_slice()[sample * I::SIZE..(sample + 1) * I::SIZE]);
            state[I::SIZE..].copy_from_slice(&h.as_slice()[sample * N::SIZE..(sample + 1) * N::SIZE]);
            energy(&self.weight, &self.bias, &state)
        };
        Ok((0..v.samples()).map(&mut energy_of).collect())
    }

    /// `count` chains from random states; their [`gibbs`](SiteChains::gibbs) sweeps are those of the machine.
    ///
    /// ```
    /// use plumbline::{Const, energy::Boltzmann, layers::Init};
    /// use rand::{SeedableRng, rngs::StdRng};
    /// let machine: Boltzmann<Const<2>, Const<1>> = Boltzmann::new(Init::Zeros, &mut StdRng::seed_from_u64(1));
    /// let mut chains = machine.chains(1000, 42)?;
    /// chains.gibbs(&machine, 10)?;
    /// let mean = chains.states().iter().sum::<f32>() / 3000.0;
    /// assert!((mean - 0.5).abs() < 0.05);
    /// # Ok::<(), plumbline::energy::EnergyError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`EnergyError::Sampler`] of a machine without units.
    pub fn chains(&self, count: usize, seed: u64) -> Result<SiteChains<E>, EnergyError> {
        Ok(SiteChains::random(self, count, seed)?)
    }

    /// The visible and the hidden units of rows of states, such as those of [`SiteChains::states`].
    ///
    /// ```
    /// use plumbline::{Const, energy::Boltzmann, layers::Init};
    /// use rand::{SeedableRng, rngs::StdRng};
    /// let machine: Boltzmann<Const<2>, Const<1>> = Boltzmann::new(Init::Zeros, &mut StdRng::seed_from_u64(1));
    /// let (v, h) = machine.split(&[1.0, 0.0, 1.0, 0.0, 0.0, 1.0])?;
    /// assert_eq!((v.as_slice(), h.as_slice()), (&[1.0, 0.0, 0.0, 0.0][..], &[1.0, 1.0][..]));
    /// # Ok::<(), plumbline::ShapeError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ShapeError::Length`] where `states` ends inside a state.
    #[expect(clippy::type_complexity, reason = "the type of a batch names its sizes")]
    pub fn split(&self, states: &[E]) -> Result<(Batch<(I,), E>, Batch<(N,), E>), ShapeError> {
        let (expected, found) = (Self::UNITS, states.len());
        let samples = match found.checked_rem(expected) {
            Some(0) => found / expected,
            _ => return Err(ShapeError::Length { expected, found }),
        };
        let (mut v, mut h) = (Batch::zeros(samples), Batch::zeros(samples));
        for (sample, state) in states.chunks_exact(expected).enumerate() {
            v.as_mut_slice()[sample * I::SIZE..(sample + 1) * I::SIZE].copy_from_slice(&state[..I::SIZE]);
            h.as_mut_slice()[sample * N::SIZE..(sample + 1) * N::SIZE].copy_from_slice(&state[I::SIZE..]);
        }
        Ok((v, h))
    }

    /// `samples` samples after `sweeps` Gibbs sweeps from random states: what the machine imagines.
    ///
    /// ```
    /// use plumbline::{Const, energy::Boltzmann, layers::Init};
    /// use rand::{SeedableRng, rngs::StdRng};
    /// let rng = &mut StdRng::seed_from_u64(1);
    /// let machine: Boltzmann<Const<4>, Const<3>> = Boltzmann::new(Init::Normal(1.0), rng);
    /// let imagined = machine.generate(10, 100, rng)?;
    /// assert!(imagined.samples() == 10 && imagined.as_slice().iter().all(|&v| v == 0.0 || v == 1.0));
    /// # Ok::<(), plumbline::energy::EnergyError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`EnergyError::Sampler`] of a machine without units.
    pub fn generate(&self, samples: usize, sweeps: usize, rng: &mut impl Rng) -> Result<Batch<(I,), E>, EnergyError> {
        let mut chains = self.chains(samples, rng.next_u64())?;
        chains.gibbs(self, sweeps)?;
        Ok(self.split(chains.states())?.0)
    }

    /// States (v, h) of each sample after `sweeps` Gibbs sweeps with its visible units held fixed where `known` says so: one mask for all samples, or one
    /// for each. What `v` holds elsewhere does not matter, so long as it is 0 or 1.
    ///
    /// ```
    /// use plumbline::{Batch, Const, energy::Boltzmann, layers::Init};
    /// use rand::{SeedableRng, rngs::StdRng};
    /// let rng = &mut StdRng::seed_from_u64(1);
    /// let mut machine: Boltzmann<Const<2>, Const<0>> = Boltzmann::new(Init::Zeros, rng);
    /// // Both units are mostly alike.
    /// machine.set_weight(0, 1, 40.0)?;
    /// machine.bias_mut().fill(-20.0);
    /// let half = Batch::from_vec(vec![1.0, 0.0, 0.0, 0.0])?;
    /// let (whole, _) = machine.complete(&half, &[true, false], 10, rng)?;
    /// assert_eq!(whole.as_slice(), [1.0, 1.0, 0.0, 0.0]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`EnergyError::Value`] for a number that is not 0 or 1, [`EnergyError::Mask`] for a mask of another size.
    #[expect(clippy::type_complexity, reason = "the type of a batch names its sizes")]
    pub fn complete<D>(
        &self,
        v: &Batch<(I,), E, D>,
        known: &[bool],
        sweeps: usize,
        rng: &mut impl Rng,
    ) -> Result<(Batch<(I,), E>, Batch<(N,), E>), EnergyError>
    where
        D: Deref<Target = [E]>,
    {
        self.check(v)?;
        let (sample, samples) = (I::SIZE, v.as_slice().len());
        if known.len() != sample && known.len() != samples {
            return Err(EnergyError::Mask { sample, samples, found: known.len() });
        }
        let mut chains = self.chains(v.samples(), rng.next_u64())?;
        // Hidden units have no values, and nothing knows them.
        let mask = widen(known, [I::SIZE, N::SIZE], false);
        let values = widen(v.as_slice(), [I::SIZE, N::SIZE], E::zero());
        chains.gibbs_clamped(self, sweeps, &mask, &values)?;
        Ok(self.split(chains.states())?)
    }

    /// Simulated annealing of `count` chains from random states: a sweep at each inverse temperature of `ladder`, and the best state found.
    ///
    /// ```
    /// use plumbline::{Const, energy::Boltzmann, layers::Init, samplers::Ladder};
    /// use rand::{SeedableRng, rngs::StdRng};
    /// let rng = &mut StdRng::seed_from_u64(1);
    /// let mut machine: Boltzmann<Const<3>, Const<0>> = Boltzmann::new(Init::Zeros, rng);
    /// // Each unit wants to be 1, and none beside another.
    /// machine.bias_mut().assign(&ndarray::array![1.0, 1.5, 1.0]);
    /// machine.set_weight(0, 1, -3.0)?;
    /// machine.set_weight(1, 2, -3.0)?;
    /// let found = machine.anneal(10, &Ladder::geometric(0.1, 10.0, 50), rng)?;
    /// assert_eq!((found.state, found.energy), (vec![1.0, 0.0, 1.0], -2.0));
    /// # Ok::<(), plumbline::energy::EnergyError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`EnergyError::Sampler`] for a rung that is negative, infinite or NaN.
    pub fn anneal(&self, count: usize, ladder: &Ladder, rng: &mut impl Rng) -> Result<Annealing<E>, EnergyError> {
        Ok(self.chains(count, rng.next_u64())?.anneal(self, ladder)?)
    }
}

/// Rows of the first width, each with as many times `rest` behind it as the second says.
pub(super) fn widen<T: Copy>(rows: &[T], [width, more]: [usize; 2], rest: T) -> Vec<T> {
    let mut wide = Vec::with_capacity(rows.len() / width.max(1) * (width + more));
    for row in rows.chunks_exact(width.max(1)) {
        wide.extend_from_slice(row);
        wide.resize(wide.len() + more, rest);
    }
    wide
}
