//! Estimates of the partition function.

use std::ops::Deref;

use rand::Rng;

use crate::{
    Batch, Element,
    energy::{
        EnergyError, Hidden, Rbm, Visible,
        rbm::{energies::mean, smoothed_means},
    },
    kernels::field::{Bias, add_bias},
    samplers::{AnnealedImportance, Blocks, Chains, Draws, Ladder, LogWeights, SamplerError, room},
    shape::FixedDimension,
};

/// How a partition function is estimated by annealed importance sampling: how many chains, along which ladder, from which base.
///
/// At β the model has the weights β W and visible biases between those of the base, at β = 0, and its own. Its base is the model without weights:
/// units as independent as the data's means make them, where [`Ais::base_rates`] is told them (Salakhutdinov and Murray, 2008), else with the model's
/// own visible biases.
///
/// Defaults: 100 chains; 500 steps from β = 0 to 0.5, 4000 to 0.9 and 10 000 to 1; on the threads of the current pool, with progress shown where the
/// error stream is a terminal.
///
/// ```
/// use plumbline::{Const, energy::{Ais, Rbm}, layers::Init, samplers::Ladder};
/// use rand::{SeedableRng, rngs::StdRng};
/// let rng = &mut StdRng::seed_from_u64(1);
/// let rbm: Rbm<Const<6>, Const<4>> = Rbm::new(Init::Normal(1.0), rng);
/// let estimate = rbm.log_partition_ais(&Ais::default().chains(256).ladder(Ladder::linear(0.0, 1.0, 100)), rng)?;
/// assert!((estimate.log_partition - rbm.log_partition_exact()).abs() < 3.0 * estimate.standard_error);
/// # Ok::<(), plumbline::energy::EnergyError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Ais {
    chains: usize,
    ladder: Ladder,
    /// The means of the visible numbers.
    base: Option<Vec<f64>>,
    threads: Option<usize>,
    progress: bool,
}

impl Default for Ais {
    fn default() -> Self {
        let ladder = Ladder::linear(0.0, 0.5, 500).then(0.9, 4000).then(1.0, 10_000);
        Ais { chains: 100, ladder, base: None, threads: None, progress: true }
    }
}

impl Ais {
    /// Sets the number of chains: for each sample of the data, where the estimate starts at data.
    #[must_use]
    pub fn chains(self, chains: usize) -> Self {
        Ais { chains, ..self }
    }

    /// Sets the inverse temperatures, from 0 to 1.
    #[must_use]
    pub fn ladder(self, ladder: Ladder) -> Self {
        Ais { ladder, ..self }
    }

    /// Takes `count` threads of its own, or as many as the machine has cores where it is 0. An estimate is the same, to the bit, for any number. Each
    /// thread takes some of the chains, at least 32 of them.
    #[must_use]
    pub fn threads(self, count: usize) -> Self {
        Ais { threads: Some(count), ..self }
    }

    /// Whether progress is shown on the error stream, where that is a terminal.
    #[must_use]
    pub fn progress(self, shown: bool) -> Self {
        Ais { progress: shown, ..self }
    }

    /// Shows no progress.
    #[must_use]
    pub fn quiet(self) -> Self {
        self.progress(false)
    }

    /// Sets the base to independent visible units with the means of the data, each state of a unit counted as if seen once more.
    ///
    /// # Errors
    ///
    /// [`EnergyError::Value`] for a number that no unit of `rbm` can have, [`EnergyError::Empty`] for no samples.
    pub fn base_rates<I, N, V, H, E, D>(
        self,
        rbm: &Rbm<I, N, V, H, E>,
        data: &Batch<V::Input<I>, E, D>,
    ) -> Result<Self, EnergyError>
    where
        I: FixedDimension,
        N: FixedDimension,
        V: Visible,
        H: Hidden,
        E: Element,
        D: Deref<Target = [E]>,
    {
        rbm.check(data)?;
        let base = smoothed_means::<V, E>(data.as_slice(), Rbm::<I, N, V, H, E>::VISIBLE)?;
        Ok(Ais { base: Some(base), ..self })
    }
}

/// An estimate of ln Z.
///
/// ```
/// use plumbline::{Const, energy::{Ais, Rbm}, layers::Init};
/// use rand::{SeedableRng, rngs::StdRng};
/// let rng = &mut StdRng::seed_from_u64(1);
/// let rbm: Rbm<Const<6>, Const<4>> = Rbm::new(Init::Zeros, rng);
/// // Without weights the base is the model, and every chain tells the same.
/// let estimate = rbm.log_partition_ais(&Ais::default().chains(2), rng)?;
/// assert!((estimate.log_partition - 10.0 * 2.0_f64.ln()).abs() < 1e-4 && estimate.standard_error < 1e-6);
/// # Ok::<(), plumbline::energy::EnergyError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// ln Z.
    pub log_partition: f64,
    /// Its standard error, to first order.
    pub standard_error: f64,
    /// ln of the estimate of Z (backward: of 1/Z) minus and plus three of its standard errors. −∞ and ∞ where these exceed it.
    pub interval: [f64; 2],
    /// How many chains of equal weight tell as much.
    pub effective_chains: f64,
}

/// A lower bound of the mean log-likelihood of data.
///
/// ```
/// use plumbline::{Batch, Const, energy::{Ais, Rbm}, layers::Init, samplers::Ladder};
/// use rand::{SeedableRng, rngs::StdRng};
/// let rng = &mut StdRng::seed_from_u64(1);
/// let rbm: Rbm<Const<2>, Const<4>> = Rbm::new(Init::Zeros, rng);
/// let data = Batch::from_vec(vec![0.0, 1.0, 1.0, 1.0])?;
/// let found = rbm.log_likelihood_reverse(&Ais::default().chains(1).ladder(Ladder::linear(0.0, 1.0, 10)), &data, rng)?;
/// assert!((found.mean + 2.0 * 2.0_f64.ln()).abs() < 1e-5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct LogLikelihood {
    /// The mean over the samples of the estimate of ln p(v).
    pub mean: f64,
    /// The standard error of the mean over the samples; NaN for one.
    pub standard_error: f64,
}

/// The models between the base and the one that is asked for.
struct Path<'a, I, N, V, H, E> {
    rbm: &'a Rbm<I, N, V, H, E>,
    base: Vec<E>,
    /// Wᵀ, as [`Rbm::turn`] gives it.
    turned: Vec<E>,
    annealing: AnnealedImportance,
}

impl<I: FixedDimension, N: FixedDimension, V: Visible, H: Hidden, E: Element> Path<'_, I, N, V, H, E> {
    fn bias(&self, beta: f64) -> Bias<'_, E> {
        Bias { from: &self.base, to: &self.rbm.visible_bias, part: beta }
    }

    /// h ∼ p(h | v) in place of W s(v).
    fn draw_projected(&self, beta: f64, second: &mut [E], draws: Draws) {
        add_bias(second, beta, Bias::of(&self.rbm.hidden_bias));
        H::draw(second, Rbm::<I, N, V, H, E>::HIDDEN, self.rbm.temperature, draws);
    }

    /// The ratios, from W s(v).
    fn ratios_of_projected(&self, from: f64, to: f64, v: &[E], projected: &[E], ratios: &mut [f64]) {
        let temperature = self.rbm.temperature;
        let rows =
            v.chunks_exact(self.base.len().max(1)).zip(projected.chunks_exact(Rbm::<I, N, V, H, E>::HIDDEN.max(1)));
        for (ratio, (v, x)) in ratios.iter_mut().zip(rows) {
            let own = |beta: f64| V::own_energy(v, self.bias(beta), &self.rbm.log_variance);
            let hidden = H::log_ratio(x, &self.rbm.hidden_bias, (from, temperature), (to, temperature));
            *ratio = hidden - (own(to) - own(from)) / temperature;
        }
    }

    /// ln Z at β = 0, where no unit knows of another.
    fn log_partition(&self) -> f64 {
        let numbers = |values: &[E]| values.iter().map(|x| x.as_f64()).collect::<Vec<_>>();
        let (base, variances) = (numbers(&self.base), numbers(&self.rbm.log_variance));
        let hidden = self.rbm.hidden_bias.iter().map(|x| x.as_f64());
        V::log_sum(&base, &base, &variances, self.rbm.temperature) + self.rbm.log_sum_hidden(hidden)
    }

    /// The weights of chains that go from the model to the base, from `start`, which is made of `samples`.
    fn reverse<D>(
        &self,
        start: Vec<E>,
        samples: &Batch<V::Input<I>, E, D>,
        rng: &mut impl Rng,
    ) -> Result<LogWeights, EnergyError>
    where
        D: Deref<Target = [E]>,
    {
        self.rbm.check(samples)?;
        if samples.samples() == 0 {
            return Err(EnergyError::Empty { what: "samples to start at" });
        }
        let mut chains = Chains::starting_at(self, start, rng.next_u64())?;
        Ok(self.annealing.reverse(self, &mut chains)?)
    }
}

impl<I: FixedDimension, N: FixedDimension, V: Visible, H: Hidden, E: Element> Blocks<E> for Path<'_, I, N, V, H, E> {
    fn widths(&self) -> [usize; 2] {
        self.rbm.widths()
    }

    fn draw_second(&self, beta: f64, first: &[E], second: &mut [E], draws: Draws) {
        self.rbm.project_by(first, second, &self.turned);
        self.draw_projected(beta, second, draws);
    }

    fn draw_first(&self, beta: f64, second: &[E], first: &mut [E], draws: Draws) {
        self.rbm.visible_fields(second, first, beta, self.bias(beta));
        V::draw(first, self.base.len(), self.rbm.temperature, &self.rbm.log_variance, draws);
    }

    fn log_ratios(&self, from: f64, to: f64, first: &[E], scratch: &mut [E], ratios: &mut [f64]) {
        self.rbm.project_by(first, scratch, &self.turned);
        self.ratios_of_projected(from, to, first, scratch, ratios);
    }

    fn log_ratios_and_draw(&self, from: f64, to: f64, first: &[E], second: &mut [E], ratios: &mut [f64], draws: Draws) {
        self.log_ratios(from, to, first, second, ratios);
        self.draw_projected(to, second, draws);
    }
}

impl<I: FixedDimension, N: FixedDimension, V: Visible, H: Hidden, E: Element> Rbm<I, N, V, H, E> {
    /// The path of an estimate with that many chains.
    fn path(&self, ais: &Ais, chains: usize) -> Result<Path<'_, I, N, V, H, E>, EnergyError> {
        let base = match &ais.base {
            None => self.visible_bias.to_vec(),
            Some(means) if means.len() == Self::VISIBLE => {
                means.iter().map(|&mean| E::from_f64(self.temperature * V::bias_of(mean))).collect()
            }
            Some(means) => {
                let what = "base rates";
                return Err(SamplerError::Size { what, expected: Self::VISIBLE, found: means.len() }.into());
            }
        };
        if ais.chains == 0 {
            return Err(EnergyError::Option { option: "chains", expected: "at least 1", found: 0.0 });
        }
        let betas = ais.ladder.betas();
        for (option, expected, found) in
            [("ladder", "0 at its start", betas.first()), ("ladder", "1 at its end", betas.last())]
        {
            let wanted = f64::from(u8::from(expected.starts_with('1')));
            if let Some(&found) = found.filter(|found| **found != wanted) {
                return Err(EnergyError::Option { option, expected, found });
            }
        }
        let mut turned = Vec::new();
        self.turn(chains, &mut turned);
        let annealing = AnnealedImportance::new(ais.ladder.clone())?.progress(ais.progress);
        let annealing = ais.threads.into_iter().fold(annealing, AnnealedImportance::threads);
        Ok(Path { rbm: self, base, turned, annealing })
    }

    /// ln Z by annealed importance sampling from the base to the model (Neal, 2001; Salakhutdinov and Murray, 2008). The mean of the estimate of Z is Z; ln
    /// of it is rather too small than too large, and a likelihood computed with it rather too good: [`Rbm::log_partition_reverse`] and
    /// [`Rbm::log_likelihood_reverse`] err on the other side.
    ///
    /// # Errors
    ///
    /// [`EnergyError::Option`] for no chains or a ladder that does not lead from 0 to 1, [`EnergyError::Sampler`] for base rates of a model of another
    /// size, a ladder without steps, more chains than there is memory for, or threads that the system does not give.
    pub fn log_partition_ais(&self, ais: &Ais, rng: &mut impl Rng) -> Result<Estimate, EnergyError> {
        let path = self.path(ais, ais.chains)?;
        // Exact samples of the base: units drawn by their biases alone.
        let mut start = repeated(&path.base, ais.chains)?;
        V::draw(&mut start, Self::VISIBLE, self.temperature, &self.log_variance, Draws::from_rng(rng));
        let mut chains = Chains::starting_at(&path, start, rng.next_u64())?;
        let weights = path.annealing.forward(&path, &mut chains)?;
        let base = path.log_partition();
        let interval = weights.interval(3.0).map(|log| base + log);
        Ok(estimate(base + weights.log_mean(), interval, &weights))
    }

    /// ln Z by annealing in the other direction, from samples of the model to the base: the mean of the estimate of 1/Z is 1/Z if the samples are the
    /// model's, and ln Z is then rather too large than too small. `samples` are the ends of long chains, or training data that the model has learned
    /// well; each makes a chain.
    ///
    /// # Errors
    ///
    /// As [`Rbm::log_partition_ais`]; [`EnergyError::Value`] for a number that no unit can have, [`EnergyError::Empty`] for no samples.
    pub fn log_partition_reverse<D>(
        &self,
        ais: &Ais,
        samples: &Batch<V::Input<I>, E, D>,
        rng: &mut impl Rng,
    ) -> Result<Estimate, EnergyError>
    where
        D: Deref<Target = [E]>,
    {
        let path = self.path(ais, samples.samples())?;
        let weights = path.reverse(samples.as_slice().to_vec(), samples, rng)?;
        let base = path.log_partition();
        let [low, high] = weights.interval(3.0);
        Ok(estimate(base - weights.log_mean(), [base - high, base - low], &weights))
    }

    /// RAISE (Burda, Grosse and Salakhutdinov, Accurate and conservative estimates of MRF log-likelihood using reverse annealing, 2015): the mean over the data
    /// of an estimate of the likelihood under the annealing as a generator, which approaches the model's as the steps grow. In expectation it is below
    /// that of the annealing, so that a model looks rather worse than better. Each sample is the start of as many chains as `ais` says.
    ///
    /// # Errors
    ///
    /// As [`Rbm::log_partition_reverse`].
    pub fn log_likelihood_reverse<D>(
        &self,
        ais: &Ais,
        data: &Batch<V::Input<I>, E, D>,
        rng: &mut impl Rng,
    ) -> Result<LogLikelihood, EnergyError>
    where
        D: Deref<Target = [E]>,
    {
        let chains = data.samples().saturating_mul(ais.chains);
        let path = self.path(ais, chains)?;
        let mut start = room(chains, Self::VISIBLE)?;
        for row in data.as_slice().chunks_exact(Self::VISIBLE.max(1)) {
            (0..ais.chains).for_each(|_| start.extend_from_slice(row));
        }
        let weights = path.reverse(start, data, rng)?;
        let base = path.log_partition();
        let logs: Vec<f64> = weights
            .logs()
            .chunks(ais.chains)
            .zip(self.free_energies(data))
            .map(|(logs, free)| LogWeights::from(logs.to_vec()).log_mean() - free / self.temperature - base)
            .collect();
        let (mean, count) = (mean(&logs), logs.len() as f64);
        let variance = logs.iter().map(|log| (log - mean).powi(2)).sum::<f64>() / (count - 1.0);
        Ok(LogLikelihood { mean, standard_error: (variance / count).sqrt() })
    }
}

/// The numbers of `row` that many times.
fn repeated<E: Element>(row: &[E], count: usize) -> Result<Vec<E>, SamplerError> {
    let mut rows = room(count, row.len())?;
    (0..count).for_each(|_| rows.extend_from_slice(row));
    Ok(rows)
}

fn estimate(log_partition: f64, interval: [f64; 2], weights: &LogWeights) -> Estimate {
    Estimate {
        log_partition,
        standard_error: weights.standard_error(),
        interval,
        effective_chains: weights.effective_count(),
    }
}
