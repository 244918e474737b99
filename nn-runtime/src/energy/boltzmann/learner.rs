//! Boltzmann learning, one step after the other.

use std::{fmt, ops::Deref, time::Instant};

use rand::{Rng, SeedableRng, rngs::StdRng};

use crate::{
    Batch, Element, Gradients,
    energy::{
        Boltzmann, BoltzmannEpoch, BoltzmannReport, EnergyError, SampledStatistics,
        error::of_step,
        symmetric,
        train::{Options, SampleOrder, each_epoch},
    },
    kernels::four_russians,
    network::{Matrices, Product, Sums, products},
    samplers::{Draws, SiteChains},
    shape::FixedDimension,
    train::{Optimizer, Progress},
};

/// Gradients and steps on batches, with the chains and memory that they need from step to step: for a loop of your own.
///
/// ```
/// use plumbline::{Batch, Const, energy::{Boltzmann, BoltzmannLearning}, layers::Init, train::{Adam, Optimizer}};
/// use rand::{SeedableRng, rngs::StdRng};
/// let mut machine: Boltzmann<Const<2>, Const<3>> = Boltzmann::new(Init::Normal(0.1), &mut StdRng::seed_from_u64(1));
/// let data = Batch::from_vec(vec![0.0, 1.0, 1.0, 1.0])?;
/// let mut learner = BoltzmannLearning::sampled(20).start(&machine, &data)?;
/// for _ in 0..10 {
///     learner.step(&mut machine, &data)?;
/// }
/// // Or with an optimizer of your own:
/// let gradients = learner.gradient(&machine, &data)?;
/// Adam::new(0.01).step(&mut machine, gradients)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct BoltzmannLearner<I: FixedDimension, N, E, O> {
    optimizer: O,
    base_rate: f64,
    options: Options<BoltzmannEpoch>,
    /// Where statistics are sampled.
    phases: Option<Phases<E>>,
    gradients: Gradients<Boltzmann<I, N, E>>,
    /// What the last batch told before its step.
    moment_gap: f64,
    log_likelihood: Option<f64>,
    epochs: usize,
    order: SampleOrder,
    /// Memory for a batch.
    batch: Batch<(I,), E>,
}

/// The chains of the machine and those of the samples.
struct Phases<E> {
    statistics: SampledStatistics,
    free: SiteChains<E>,
    held: SiteChains<E>,
    seed: u64,
    steps: u64,
    /// The mean-field means of the hidden units.
    means: Vec<E>,
    known: Vec<bool>,
    /// States of the free chains and then those of the samples, and the same times their parts in the gradient.
    states: Vec<E>,
    parts: Vec<E>,
}

impl<I: FixedDimension, N, E, O: fmt::Debug> fmt::Debug for BoltzmannLearner<I, N, E, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut learner = f.debug_struct("BoltzmannLearner");
        learner.field("optimizer", &self.optimizer).field("options", &self.options);
        learner.field("statistics", &self.phases.as_ref().map(|phases| phases.statistics)).finish_non_exhaustive()
    }
}

impl<I: FixedDimension, N: FixedDimension, E: Element, O: Optimizer<E>> BoltzmannLearner<I, N, E, O> {
    const UNITS: usize = Boltzmann::<I, N, E>::UNITS;

    /// By exact statistics where `sampled` is not given: of a machine that is small enough.
    pub(super) fn new<D: Deref<Target = [E]>>(
        machine: &Boltzmann<I, N, E>,
        data: &Batch<(I,), E, D>,
        mut optimizer: O,
        sampled: Option<SampledStatistics>,
        options: Options<BoltzmannEpoch>,
    ) -> Result<Self, EnergyError> {
        options.check::<E>()?;
        machine.check(data)?;
        if data.samples() == 0 {
            return Err(EnergyError::Empty { what: "training data" });
        }
        let phases = sampled.map(|statistics| Phases::new(machine, statistics, options.seed)).transpose()?;
        let base_rate = options.rate.unwrap_or_else(|| optimizer.rate());
        optimizer.set_rate(base_rate);
        let gradients = Gradients::new(machine.zeroed());
        Ok(BoltzmannLearner {
            optimizer,
            base_rate,
            phases,
            gradients,
            moment_gap: 0.0,
            log_likelihood: None,
            epochs: 0,
            order: SampleOrder::new(options.seed),
            batch: Batch::zeros(0),
            options,
        })
    }

    /// The gradient of the negative mean log-likelihood of a batch, and of the penalties; as exact as the statistics are. The weight between two units has its
    /// gradient in both of its places.
    ///
    /// # Errors
    ///
    /// [`EnergyError::Empty`] for no samples. That the numbers are 0 or 1 was asked where the data came in; numbers of other batches are not asked about.
    pub fn gradient<D: Deref<Target = [E]>>(
        &mut self,
        machine: &Boltzmann<I, N, E>,
        batch: &Batch<(I,), E, D>,
    ) -> Result<&Gradients<Boltzmann<I, N, E>>, EnergyError> {
        if batch.samples() == 0 {
            return Err(EnergyError::Empty { what: "a batch" });
        }
        let Boltzmann { weight, bias, .. } = &mut *self.gradients;
        if let Some(phases) = &mut self.phases {
            phases.run(machine, batch.as_slice())?;
            phases.gradient(machine.temperature(), weight, bias);
        } else {
            let ((data, log_weight), (model, log_partition)) =
                (machine.data_sums(batch.as_slice()), machine.model_sums());
            let difference = |to: &mut [E], model: &[f64], data: &[f64]| {
                let numbers = to.iter_mut().zip(model).zip(data);
                numbers.for_each(|((to, model), data)| *to = E::from_f64((model - data) / machine.temperature()));
            };
            difference(weight, &model.products, &data.products);
            difference(bias, &model.means, &data.means);
            self.log_likelihood = Some(log_weight - log_partition);
        }
        // Sums in another order may differ in the last bit.
        symmetric::mirror(weight, Self::UNITS);
        self.moment_gap = machine.temperature() * root_mean_square(weight, bias);
        self.options.penalties.add_decay(weight, &machine.weight);
        Ok(&self.gradients)
    }

    /// One step of the optimizer on a batch.
    ///
    /// # Errors
    ///
    /// As [`BoltzmannLearner::gradient`]; [`EnergyError::Diverged`] for a gradient that is infinite or NaN and for a step that would make a parameter so,
    /// [`EnergyError::Optimizer`] for an option of the optimizer that has no meaning. The machine and the optimizer are then as they were before the step.
    pub fn step<D: Deref<Target = [E]>>(
        &mut self,
        machine: &mut Boltzmann<I, N, E>,
        batch: &Batch<(I,), E, D>,
    ) -> Result<(), EnergyError> {
        self.gradient(machine, batch)?;
        self.optimizer.step(machine, &self.gradients).map_err(|error| of_step(error, self.epochs))?;
        // An optimizer of another kind may treat the two places of a weight differently.
        symmetric::mirror(&mut machine.weight, Self::UNITS);
        Ok(())
    }

    /// One pass over `data`, and what it came to: the rate as the schedule says, the samples in a new order. A training of many epochs is many calls.
    ///
    /// ```
    /// use plumbline::{Batch, Const, energy::{Boltzmann, BoltzmannLearning}, layers::Init};
    /// use rand::{SeedableRng, rngs::StdRng};
    /// let mut machine: Boltzmann<Const<2>, Const<1>> = Boltzmann::new(Init::Zeros, &mut StdRng::seed_from_u64(1));
    /// let data = Batch::from_vec(vec![0.0, 1.0, 1.0, 1.0])?;
    /// let mut learner = BoltzmannLearning::exact().start(&machine, &data)?;
    /// let gaps = [learner.epoch(&mut machine, &data)?.moment_gap, learner.epoch(&mut machine, &data)?.moment_gap];
    /// assert!(gaps[1] < gaps[0]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`BoltzmannLearning::fit`](crate::energy::BoltzmannLearning::fit).
    pub fn epoch<D: Deref<Target = [E]>>(
        &mut self,
        machine: &mut Boltzmann<I, N, E>,
        data: &Batch<(I,), E, D>,
    ) -> Result<BoltzmannEpoch, EnergyError> {
        machine.check(data)?;
        self.pass(machine, data, &mut Progress::new(false, 1, data.samples()))
    }

    /// Begins anew: epochs are counted from 0, the schedule, the optimizer, the order of the samples and the chains are as they were before the first step.
    /// The machine stays as it is. Without it, each epoch goes on where the last one stopped.
    ///
    /// # Errors
    ///
    /// As [`BoltzmannLearning::start`](crate::energy::BoltzmannLearning::start).
    pub fn restart(&mut self, machine: &Boltzmann<I, N, E>) -> Result<(), EnergyError> {
        if let Some(phases) = &self.phases {
            self.phases = Some(Phases::new(machine, phases.statistics, self.options.seed)?);
        }
        self.optimizer.restart();
        self.optimizer.set_rate(self.base_rate);
        if let Some(schedule) = &mut self.options.schedule {
            schedule.restart();
        }
        self.epochs = 0;
        self.order = SampleOrder::new(self.options.seed);
        Ok(())
    }

    /// [`BoltzmannLearner::epoch`] on data that were checked.
    fn pass<D: Deref<Target = [E]>>(
        &mut self,
        machine: &mut Boltzmann<I, N, E>,
        data: &Batch<(I,), E, D>,
        progress: &mut Progress,
    ) -> Result<BoltzmannEpoch, EnergyError> {
        if data.samples() == 0 {
            return Err(EnergyError::Empty { what: "training data" });
        }
        self.epochs += 1;
        let epoch = self.epochs;
        progress.begin(epoch);
        let rate = self.options.schedule.as_ref().map(|schedule| schedule.now.rate(self.base_rate, epoch - 1));
        self.optimizer.set_rate(rate.unwrap_or(self.base_rate));
        let order = self.order.take(data.samples(), self.options.shuffle);
        let mut batch = std::mem::replace(&mut self.batch, Batch::zeros(0));
        let start = Instant::now();
        let (mut batches, mut moment_gap, mut log_likelihood) = (0.0, 0.0, None);
        for indices in order.chunks(self.options.batch_size) {
            data.select_into(indices, &mut batch)?;
            self.step(machine, &batch)?;
            batches += 1.0;
            moment_gap += self.moment_gap;
            log_likelihood = self.log_likelihood.map(|log| log + log_likelihood.unwrap_or(0.0));
            progress.step(indices.len(), String::new);
        }
        let duration = start.elapsed();
        self.order.give_back(order);
        self.batch = batch;
        moment_gap /= batches;
        if let Some(schedule) = &mut self.options.schedule {
            schedule.now.observe(moment_gap);
        }
        let log_likelihood = log_likelihood.map(|log| log / batches);
        Ok(BoltzmannEpoch { epoch, rate: self.optimizer.rate(), moment_gap, log_likelihood, duration })
    }

    pub(super) fn fit<D: Deref<Target = [E]>>(
        mut self,
        machine: &mut Boltzmann<I, N, E>,
        data: &Batch<(I,), E, D>,
    ) -> Result<BoltzmannReport, EnergyError> {
        let progress = Progress::new(self.options.progress, self.options.epochs, data.samples());
        let (count, callbacks) = (self.options.epochs, std::mem::take(&mut self.options.callbacks));
        let pass = |progress: &mut Progress| self.pass(machine, data, progress);
        let epochs = each_epoch(count, progress, callbacks, pass)?;
        Ok(BoltzmannReport { epochs })
    }
}

/// √ of the mean of the squares of the biases' and of the weights' numbers, those above the diagonal.
fn root_mean_square<E: Element>(weight: &[E], bias: &[E]) -> f64 {
    let squares = |numbers: &[E]| numbers.iter().map(|x| x.as_f64().powi(2)).sum::<f64>();
    let units = bias.len();
    ((squares(weight) / 2.0 + squares(bias)) / (units * (units + 1) / 2).max(1) as f64).sqrt()
}

impl<E: Element> Phases<E> {
    fn new<I: FixedDimension, N: FixedDimension>(
        machine: &Boltzmann<I, N, E>,
        statistics: SampledStatistics,
        seed: u64,
    ) -> Result<Self, EnergyError> {
        let SampledStatistics { chains, sweeps, .. } = statistics;
        for (option, expected, found) in [("sampled", "at least 1 chain", chains), ("sweeps", "at least 1", sweeps)] {
            if found == 0 {
                return Err(EnergyError::Option { option, expected, found: 0.0 });
            }
        }
        // Random numbers of their own for each use.
        let mut rng = StdRng::seed_from_u64(seed);
        let free = machine.chains(chains, rng.next_u64())?;
        let held = machine.chains(0, rng.next_u64())?;
        let known = (0..I::SIZE + N::SIZE).map(|unit| unit < I::SIZE).collect();
        let (means, states, parts) = (Vec::new(), Vec::new(), Vec::new());
        Ok(Phases { statistics, free, held, seed: rng.next_u64(), steps: 0, means, known, states, parts })
    }

    /// The states of the machine's chains and of the samples, a few sweeps on.
    fn run<I: FixedDimension, N: FixedDimension>(
        &mut self,
        machine: &Boltzmann<I, N, E>,
        v: &[E],
    ) -> Result<(), EnergyError> {
        let SampledStatistics { chains, sweeps, mean_field } = self.statistics;
        let (units, samples) = (I::SIZE + N::SIZE, v.len().checked_div(I::SIZE).unwrap_or(0));
        self.free.gibbs(machine, sweeps)?;
        self.means.resize(samples * N::SIZE, E::zero());
        machine.hidden_means_of(v, &mut self.means);
        self.states.resize((chains + samples) * units, E::zero());
        let (free, data) = self.states.split_at_mut(chains * units);
        free.copy_from_slice(self.free.states());
        let join = |rows: &mut [E], means: &[E]| {
            for (sample, row) in rows.chunks_exact_mut(units).enumerate() {
                row[..I::SIZE].copy_from_slice(&v[sample * I::SIZE..(sample + 1) * I::SIZE]);
                row[I::SIZE..].copy_from_slice(&means[sample * N::SIZE..(sample + 1) * N::SIZE]);
            }
        };
        if mean_field || N::SIZE == 0 {
            join(data, &self.means);
        } else {
            Draws::new(self.seed, self.steps).bernoulli(&mut self.means, N::SIZE);
            self.steps += 1;
            join(self.held.restart(samples), &self.means);
            self.held.gibbs_holding(machine, sweeps, &self.known)?;
            data.copy_from_slice(self.held.states());
        }
        Ok(())
    }

    /// (⟨s sᵀ⟩ over the machine − ⟨s sᵀ⟩ over the data) / T, and the same of s.
    fn gradient(&mut self, temperature: f64, weight: &mut [E], bias: &mut [E]) {
        let units = bias.len();
        let free = self.statistics.chains * units;
        let part = |numbers: usize, sign: f64| E::from_f64(sign * units as f64 / (numbers as f64 * temperature));
        let [model, data] = [part(free, 1.0), part(self.states.len() - free, -1.0)];
        self.parts.resize(self.states.len(), E::zero());
        let numbers = self.parts.iter_mut().zip(&self.states).enumerate();
        numbers.for_each(|(place, (part, &s))| *part = s * if place < free { model } else { data });
        let rows = self.states.len() / units;
        // Below this many multiplications a second thread costs more than it saves.
        let threads = if rows * units * units < 1 << 22 { 1 } else { crate::parallel::threads() };
        if four_russians::transposed_product(weight, &self.states, &self.parts, [units, rows, units], threads) {
            bias.fill(E::zero());
            for row in self.parts.chunks_exact(units) {
                bias.iter_mut().zip(row).for_each(|(b, &part)| *b += part);
            }
            return;
        }
        products([Product::Matrices(Matrices {
            left: &self.parts,
            right: &self.states,
            left_stride: units,
            rows: units,
            columns: units,
            gradient: weight,
            sums: Sums::Left(bias),
            accumulate: false,
        })]);
    }
}
