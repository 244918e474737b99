//! Chains, reconstruction and completion.

use std::ops::Deref;

use rand::Rng;

use crate::{
    Batch, Element, Shape,
    energy::{EnergyError, Hidden, Rbm, Visible, rbm::conditionals::fit},
    kernels::field::Bias,
    samplers::{Blocks, Chains, Draws, each_part, room},
    shape::FixedDimension,
};

/// At the inverse temperature β the model has the temperature T / β. β = 0 is for Bernoulli and softmax units alone: a Gaussian one has no variance then.
impl<I: FixedDimension, N: FixedDimension, V: Visible, H: Hidden, E: Element> Blocks<E> for Rbm<I, N, V, H, E> {
    fn widths(&self) -> [usize; 2] {
        [Self::VISIBLE, Self::HIDDEN]
    }

    fn is_proper_at(&self, beta: f64) -> bool {
        let bounded = V::STATES > 0 && H::STATES > 0;
        bounded || E::from_f64(self.temperature / beta).is_finite()
    }

    fn draw_second(&self, beta: f64, first: &[E], second: &mut [E], draws: Draws) {
        self.draw_hidden_at(beta, first, second, &[], draws);
    }

    fn draw_first(&self, beta: f64, second: &[E], first: &mut [E], draws: Draws) {
        self.draw_visible_at(beta, second, first, draws);
    }

    fn log_ratios(&self, from: f64, to: f64, first: &[E], scratch: &mut [E], ratios: &mut [f64]) {
        self.project(first, scratch);
        let temperature = self.temperature;
        let rows = first.chunks_exact(Self::VISIBLE.max(1)).zip(scratch.chunks_exact(Self::HIDDEN.max(1)));
        for (ratio, (v, x)) in ratios.iter_mut().zip(rows) {
            let own = V::own_energy(v, Bias::of(&self.visible_bias), &self.log_variance);
            let (before, after) = ((1.0, temperature / from), (1.0, temperature / to));
            *ratio = H::log_ratio(x, &self.hidden_bias, before, after) - own * (to - from) / temperature;
        }
    }
}

/// A model that makes many steps: with Wᵀ, which products with states of 0 and 1 are faster by.
struct Turned<'a, I, N, V, H, E> {
    rbm: &'a Rbm<I, N, V, H, E>,
    turned: Vec<E>,
}

impl<I: FixedDimension, N: FixedDimension, V: Visible, H: Hidden, E: Element> Blocks<E> for Turned<'_, I, N, V, H, E> {
    fn widths(&self) -> [usize; 2] {
        self.rbm.widths()
    }

    fn is_proper_at(&self, beta: f64) -> bool {
        self.rbm.is_proper_at(beta)
    }

    fn draw_second(&self, beta: f64, first: &[E], second: &mut [E], draws: Draws) {
        self.rbm.draw_hidden_at(beta, first, second, &self.turned, draws);
    }

    fn draw_first(&self, beta: f64, second: &[E], first: &mut [E], draws: Draws) {
        self.rbm.draw_visible_at(beta, second, first, draws);
    }

    fn log_ratios(&self, from: f64, to: f64, first: &[E], scratch: &mut [E], ratios: &mut [f64]) {
        self.rbm.log_ratios(from, to, first, scratch, ratios);
    }
}

impl<I: FixedDimension, N: FixedDimension, V: Visible, H: Hidden, E: Element> Rbm<I, N, V, H, E> {
    /// The same model, for many steps of that many chains.
    fn for_chains(&self, chains: usize) -> Turned<'_, I, N, V, H, E> {
        let mut turned = Vec::new();
        self.turn(chains, &mut turned);
        Turned { rbm: self, turned }
    }

    fn draw_hidden_at(&self, beta: f64, v: &[E], h: &mut [E], turned: &[E], draws: Draws) {
        self.hidden_fields_by(v, h, turned);
        H::draw(h, Self::HIDDEN, self.temperature / beta, draws);
    }

    fn draw_visible_at(&self, beta: f64, h: &[E], v: &mut [E], draws: Draws) {
        self.visible_fields(h, v, 1.0, Bias::of(&self.visible_bias));
        V::draw(v, Self::VISIBLE, self.temperature / beta, &self.log_variance, draws);
    }

    /// Chains that start at the samples of a batch; their [`gibbs`](Chains::gibbs) steps are those of the model.
    ///
    /// # Errors
    ///
    /// [`EnergyError::Value`] for a number that no unit can have.
    pub fn chains_from<D>(&self, v: &Batch<V::Input<I>, E, D>, seed: u64) -> Result<Chains<E>, EnergyError>
    where
        D: Deref<Target = [E]>,
    {
        self.check(v)?;
        Ok(Chains::starting_at(self, v.as_slice().to_vec(), seed)?)
    }

    /// `samples` samples after `steps` Gibbs steps from random starts: what the model imagines.
    ///
    /// ```
    /// use plumbline::{Const, energy::Rbm, layers::Init};
    /// use rand::{SeedableRng, rngs::StdRng};
    /// let rng = &mut StdRng::seed_from_u64(1);
    /// let rbm: Rbm<Const<4>, Const<3>> = Rbm::new(Init::Normal(1.0), rng);
    /// let imagined = rbm.generate(10, 100, rng)?;
    /// assert!(imagined.samples() == 10 && imagined.as_slice().iter().all(|&v| v == 0.0 || v == 1.0));
    /// # Ok::<(), plumbline::energy::EnergyError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`EnergyError::Shape`] and [`EnergyError::Sampler`] for more samples than memory can hold.
    pub fn generate(
        &self,
        samples: usize,
        steps: usize,
        rng: &mut impl Rng,
    ) -> Result<Batch<V::Input<I>, E>, EnergyError> {
        let mut v = Batch::zeros_of(samples, <V::Input<I> as Shape>::DIMS)?;
        let mut h = room(samples, Self::HIDDEN)?;
        h.resize(samples * Self::HIDDEN, E::zero());
        let draws = Draws::from_rng(rng);
        // Fields of 0, and so each state of a unit alike.
        V::draw(v.as_mut_slice(), Self::VISIBLE, self.temperature, &self.log_variance, draws);
        let model = self.for_chains(samples);
        let work = h.len().saturating_mul(2 * Self::VISIBLE).saturating_mul(steps);
        let widths = [Self::VISIBLE, Self::HIDDEN, 0];
        each_part(v.as_mut_slice(), &mut h, &mut [], widths, work, &|v, h, _: &mut [()], first| {
            for step in 0..steps as u64 {
                let draws = draws.of_block(step + 1).of_chain(first);
                model.draw_second(1.0, v, h, draws.of_block(0));
                model.draw_first(1.0, h, v, draws.of_block(1));
            }
        });
        Ok(v)
    }

    /// E(v′ | E(h | v)): the mean-field reconstruction of each sample. `h` gets E(h | v); both are made anew where they have another number of
    /// samples.
    pub fn reconstruct_into<D>(
        &self,
        v: &Batch<V::Input<I>, E, D>,
        h: &mut Batch<H::Output<N>, E>,
        reconstruction: &mut Batch<V::Input<I>, E>,
    ) where
        D: Deref<Target = [E]>,
    {
        self.hidden_means_into(v, h);
        self.visible_means_into(h, reconstruction);
    }

    /// E(v′ | E(h | v)): the mean-field reconstruction of each sample.
    pub fn reconstruct<D>(&self, v: &Batch<V::Input<I>, E, D>) -> Batch<V::Input<I>, E>
    where
        D: Deref<Target = [E]>,
    {
        let (mut h, mut reconstruction) = (Batch::zeros(0), Batch::zeros(0));
        self.reconstruct_into(v, &mut h, &mut reconstruction);
        reconstruction
    }

    /// Fills in what is not known: `steps` Gibbs steps with the known numbers of each sample held fixed, and then the mean of the others given the
    /// hidden units. `known` is one mask for all samples or one for each; what `v` holds elsewhere does not matter, so long as a unit can have it.
    ///
    /// ```
    /// use plumbline::{Batch, Const, energy::Rbm, layers::Init};
    /// use rand::{SeedableRng, rngs::StdRng};
    /// let rng = &mut StdRng::seed_from_u64(1);
    /// let mut rbm: Rbm<Const<2>, Const<1>> = Rbm::new(Init::Zeros, rng);
    /// // Both visible units are mostly what the hidden one is.
    /// rbm.weight_mut().fill(8.0);
    /// rbm.visible_bias_mut().fill(-4.0);
    /// rbm.hidden_bias_mut().fill(-8.0);
    /// let half = Batch::from_vec(vec![1.0, 0.0, 0.0, 0.0])?;
    /// let whole = rbm.complete(&half, &[true, false], 50, rng)?;
    /// assert_eq!(whole.as_slice().iter().map(|v| v.round()).collect::<Vec<_>>(), [1.0, 1.0, 0.0, 0.0]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`EnergyError::Value`] for a number that no unit can have, [`EnergyError::Mask`] for a mask of another size.
    pub fn complete<D>(
        &self,
        v: &Batch<V::Input<I>, E, D>,
        known: &[bool],
        steps: usize,
        rng: &mut impl Rng,
    ) -> Result<Batch<V::Input<I>, E>, EnergyError>
    where
        D: Deref<Target = [E]>,
    {
        self.check(v)?;
        let (sample, samples) = (Self::VISIBLE, v.as_slice().len());
        if known.len() != sample && known.len() != samples {
            return Err(EnergyError::Mask { sample, samples, found: known.len() });
        }
        let start = self.generate(v.samples(), 0, rng)?.into_vec();
        let mut chains = Chains::starting_at(self, start, rng.next_u64())?;
        chains.gibbs_clamped(&self.for_chains(v.samples()), steps, known, v.as_slice())?;
        let mut completed = Batch::zeros(0);
        fit(&mut completed, v.samples());
        let mut h = Batch::zeros(v.samples());
        let widths = [Self::VISIBLE, Self::HIDDEN];
        Self::rows(chains.first(), h.as_mut_slice(), widths, |v, h, _| self.hidden_rows(v, h));
        self.visible_means_into(&h, &mut completed);
        let masks = known.iter().cycle();
        for ((x, &value), _) in completed.as_mut_slice().iter_mut().zip(v.as_slice()).zip(masks).filter(|x| *x.1) {
            *x = value;
        }
        Ok(completed)
    }
}
