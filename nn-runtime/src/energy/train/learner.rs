//! One step after the other.

use std::{fmt, marker::PhantomData, ops::Deref, time::Instant};

use crate::{
    Batch, BatchView, Element, Gradients,
    energy::{EnergyEpoch, EnergyError, EnergyReport, Hidden, Rbm, Visible, error::of_step},
    kernels::{
        elementwise::{self, Sum},
        field, four_russians,
    },
    network::{Matrices, Product, Sums, products},
    samplers::Draws,
    shape::FixedDimension,
    train::{Optimizer, Progress},
};

use super::{
    Count, Options, Sparsity,
    epochs::{SampleOrder, each_epoch},
    negative::{Means, Negative, Phase},
};

/// The samples that the reconstruction error of an epoch is measured on.
const MEASURED: usize = 1000;

/// Gradients and steps on batches, with the chains, running means and memory that they need from step to step: for a loop of your own.
///
/// ```
/// use plumbline::{Batch, Const, energy::{ContrastiveDivergence, Rbm}, layers::Init, train::{Adam, Optimizer}};
/// use rand::{SeedableRng, rngs::StdRng};
/// let mut rbm: Rbm<Const<2>, Const<3>> = Rbm::new(Init::Normal(0.1), &mut StdRng::seed_from_u64(1));
/// let data = Batch::from_vec(vec![0.0, 1.0, 1.0, 1.0])?;
/// let mut learner = ContrastiveDivergence::new(1).start(&rbm, &data)?;
/// for _ in 0..10 {
///     learner.step(&mut rbm, &data)?;
/// }
/// // Or with an optimizer of your own:
/// let gradients = learner.gradient(&rbm, &data)?;
/// Adam::new(0.01).step(&mut rbm, gradients)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Learner<I: FixedDimension, N, V: Visible, H, E, O, X> {
    optimizer: O,
    base_rate: f64,
    options: Options<EnergyEpoch>,
    phase: Phase<I, N, V, H, E>,
    gradients: Gradients<Rbm<I, N, V, H, E>>,
    /// The chains' states, then the data; and E(h | v) of each.
    visible: Vec<E>,
    hidden: Vec<E>,
    /// s(v) where it is not v, and Wᵀ h.
    scaled: Vec<E>,
    fields: Vec<E>,
    /// The transpose of the weights' gradient.
    turned: Vec<E>,
    /// Means over the data of this step, running means, and offsets.
    data_means: [Vec<E>; 2],
    activity: Vec<E>,
    offsets: Option<[Vec<E>; 2]>,
    steps: u64,
    epochs: usize,
    order: SampleOrder,
    /// Memory for a batch.
    batch: Batch<V::Input<I>, E>,
    means: PhantomData<X>,
}

impl<I: FixedDimension, N, V: Visible, H, E, O: fmt::Debug, X> fmt::Debug for Learner<I, N, V, H, E, O, X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut learner = f.debug_struct("Learner");
        learner.field("optimizer", &self.optimizer).field("options", &self.options).field("steps", &self.steps);
        learner.field("visible", &Count(self.visible.len())).finish_non_exhaustive()
    }
}

impl<I, N, V, H, E, O, X> Learner<I, N, V, H, E, O, X>
where
    I: FixedDimension,
    N: FixedDimension,
    V: Visible,
    H: Hidden,
    E: Element,
    O: Optimizer<E>,
    X: Means,
{
    const VISIBLE: usize = Rbm::<I, N, V, H, E>::VISIBLE;
    const HIDDEN: usize = Rbm::<I, N, V, H, E>::HIDDEN;

    pub(super) fn new<D: Deref<Target = [E]>>(
        rbm: &Rbm<I, N, V, H, E>,
        data: &Batch<V::Input<I>, E, D>,
        mut optimizer: O,
        negative: Negative,
        options: Options<EnergyEpoch>,
    ) -> Result<Self, EnergyError> {
        options.check::<E>()?;
        rbm.check(data)?;
        if data.samples() == 0 {
            return Err(EnergyError::Empty { what: "training data" });
        }
        let base_rate = options.rate.unwrap_or_else(|| optimizer.rate());
        optimizer.set_rate(base_rate);
        let (phase, visible) = Phase::new(rbm, data.as_slice(), negative, options.seed)?;
        let zeros = |length: usize| vec![E::zero(); length];
        Ok(Learner {
            optimizer,
            base_rate,
            phase,
            gradients: Gradients::new(rbm.zeroed()),
            visible,
            hidden: Vec::new(),
            scaled: Vec::new(),
            fields: Vec::new(),
            turned: Vec::new(),
            data_means: [zeros(Self::VISIBLE), zeros(Self::HIDDEN)],
            activity: Vec::new(),
            offsets: None,
            steps: 0,
            epochs: 0,
            order: SampleOrder::new(options.seed),
            batch: Batch::zeros(0),
            options,
            means: PhantomData,
        })
    }

    /// The gradient of the negative mean log-likelihood of a batch, and of the penalties; as exact as the training is.
    ///
    /// # Errors
    ///
    /// [`EnergyError::Empty`] for no samples, [`EnergyError::Diverged`] where fast parameters would leave the finite numbers. That the numbers are ones that the units can
    /// have was asked where the data came in; numbers of other batches are not asked about.
    #[expect(clippy::type_complexity, reason = "the type of a model names its sizes and kinds")]
    pub fn gradient<D: Deref<Target = [E]>>(
        &mut self,
        rbm: &Rbm<I, N, V, H, E>,
        batch: &Batch<V::Input<I>, E, D>,
    ) -> Result<&Gradients<Rbm<I, N, V, H, E>>, EnergyError> {
        let samples = batch.samples();
        if samples == 0 {
            return Err(EnergyError::Empty { what: "a batch" });
        }
        let chains = self.phase.chains(samples);
        let rows = chains + samples;
        let (first, temperature) = (chains * Self::VISIBLE, rbm.temperature());
        self.visible.resize(rows * Self::VISIBLE, E::zero());
        self.hidden.resize(rows * Self::HIDDEN, E::zero());
        let draws = Draws::new(self.options.seed, self.steps + 1);
        self.steps += 1;

        let (chain, data) = self.visible.split_at_mut(first);
        data.copy_from_slice(batch.as_slice());
        let (chain_means, means) = self.hidden.split_at_mut(chains * Self::HIDDEN);
        self.phase.run(rbm, data, means, chain, chain_means, draws);
        let exact = X::exact(rbm);

        let [weight, visible_bias, hidden_bias, log_variance] = self.gradients.slices_mut();
        if V::VARIANCES {
            variance_gradient(rbm, &self.visible, &self.hidden, chains, &mut self.fields, log_variance);
        }
        let (chain_means, means) = self.hidden.split_at_mut(chains * Self::HIDDEN);
        // Each row's part of the mean: of the data, which the model is to resemble, with the negative sign.
        let part = |rows: usize, sign: f64| sign / (rows.max(1) as f64 * temperature);
        column_means(means, 1.0 / samples as f64, &mut self.data_means[1]);
        field::scale(chain_means, part(chains, 1.0));
        field::scale(means, part(samples, -1.0));
        let scaled = if V::VARIANCES {
            self.scaled.resize(self.visible.len(), E::zero());
            rbm.scale_visible(&self.visible, &mut self.scaled);
            &self.scaled
        } else {
            &self.visible
        };
        if V::STATES > 0 && turned_product(scaled, &self.hidden, rows, &mut self.turned, weight) {
            column_means(&self.hidden, 1.0, hidden_bias);
        } else {
            products([Product::Matrices(Matrices {
                left: &self.hidden,
                right: scaled,
                left_stride: Self::HIDDEN,
                rows: Self::HIDDEN,
                columns: Self::VISIBLE,
                gradient: weight,
                sums: Sums::Left(hidden_bias),
                accumulate: false,
            })]);
        }
        let (chain, data) = scaled.split_at(first);
        column_means(data, 1.0 / samples as f64, &mut self.data_means[0]);
        column_means(chain, part(chains, 1.0), visible_bias);
        for (b, &mean) in visible_bias.iter_mut().zip(&self.data_means[0]) {
            *b -= mean * E::from_f64(1.0 / temperature);
        }
        if let Some(exact) = exact {
            let add = |to: &mut [E], from: &[f64]| {
                to.iter_mut().zip(from).for_each(|(to, from)| *to += E::from_f64(from / temperature));
            };
            add(weight, &exact.weight);
            add(hidden_bias, &exact.hidden);
            // The means of s(v), whose difference is that of −∂E/∂b.
            add(visible_bias, &exact.visible);
            add(log_variance, &exact.variance);
        }
        self.phase.learn(&*self.gradients).map_err(|error| of_step(error, self.epochs))?;
        self.center();
        self.penalize(rbm);
        Ok(&self.gradients)
    }

    /// One step of the optimizer on a batch.
    ///
    /// # Errors
    ///
    /// As [`Learner::gradient`]; [`EnergyError::Diverged`] for a step that would make a parameter infinite or NaN, [`EnergyError::Optimizer`] for an option
    /// of the optimizer that has no meaning. The model and the optimizer are then as they were before the step.
    pub fn step<D: Deref<Target = [E]>>(
        &mut self,
        rbm: &mut Rbm<I, N, V, H, E>,
        batch: &Batch<V::Input<I>, E, D>,
    ) -> Result<(), EnergyError> {
        self.gradient(rbm, batch)?;
        self.optimizer.step(rbm, &self.gradients).map_err(|error| of_step(error, self.epochs))
    }

    /// One pass over `data`, and what it came to: the rate as the schedule says, the samples in a new order. A training of many epochs is many calls.
    ///
    /// ```
    /// use plumbline::{Batch, Const, energy::{ContrastiveDivergence, Rbm}, layers::Init};
    /// use rand::{SeedableRng, rngs::StdRng};
    /// let mut rbm: Rbm<Const<2>, Const<3>> = Rbm::new(Init::Normal(0.1), &mut StdRng::seed_from_u64(1));
    /// let data = Batch::from_vec(vec![0.0, 1.0, 1.0, 1.0])?;
    /// let mut learner = ContrastiveDivergence::new(1).start(&rbm, &data)?;
    /// let mut likelihoods = vec![];
    /// for _ in 0..10 {
    ///     learner.epoch(&mut rbm, &data)?;
    ///     likelihoods.push(rbm.log_likelihood_exact(&data));
    /// }
    /// assert!(likelihoods[9] > likelihoods[0]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`ContrastiveDivergence::fit`](crate::energy::ContrastiveDivergence::fit).
    pub fn epoch<D: Deref<Target = [E]>>(
        &mut self,
        rbm: &mut Rbm<I, N, V, H, E>,
        data: &Batch<V::Input<I>, E, D>,
    ) -> Result<EnergyEpoch, EnergyError> {
        rbm.check(data)?;
        self.pass(rbm, data, None, &mut Progress::new(false, 1, data.samples()))
    }

    /// Begins anew: the steps and epochs are counted from 0, the schedule, the optimizer, the order of the samples and the running means are as they were
    /// before the first step, and the chains start at samples of `data`. The model stays as it is. Without it, each epoch goes on where the last one
    /// stopped.
    ///
    /// # Errors
    ///
    /// As [`ContrastiveDivergence::start`](crate::energy::ContrastiveDivergence::start).
    pub fn restart<D: Deref<Target = [E]>>(
        &mut self,
        rbm: &Rbm<I, N, V, H, E>,
        data: &Batch<V::Input<I>, E, D>,
    ) -> Result<(), EnergyError> {
        rbm.check(data)?;
        if data.samples() == 0 {
            return Err(EnergyError::Empty { what: "training data" });
        }
        (self.phase, self.visible) =
            Phase::new(rbm, data.as_slice(), self.phase.negative().clone(), self.options.seed)?;
        self.optimizer.restart();
        self.optimizer.set_rate(self.base_rate);
        if let Some(schedule) = &mut self.options.schedule {
            schedule.restart();
        }
        (self.activity, self.offsets) = (Vec::new(), None);
        (self.steps, self.epochs) = (0, 0);
        self.order = SampleOrder::new(self.options.seed);
        Ok(())
    }

    /// [`Learner::epoch`] on data that were checked.
    fn pass<D: Deref<Target = [E]>>(
        &mut self,
        rbm: &mut Rbm<I, N, V, H, E>,
        data: &Batch<V::Input<I>, E, D>,
        validation: Option<&BatchView<'_, V::Input<I>, E>>,
        progress: &mut Progress,
    ) -> Result<EnergyEpoch, EnergyError> {
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
        for indices in order.chunks(self.options.batch_size) {
            data.select_into(indices, &mut batch)?;
            self.step(rbm, &batch)?;
            progress.step(indices.len(), String::new);
        }
        let duration = start.elapsed();
        self.order.give_back(order);
        self.batch = batch;
        let seen = data.rows(0..MEASURED);
        let reconstruction = rbm.reconstruct(&seen);
        let errors = seen.as_slice().iter().zip(reconstruction.as_slice());
        let squares: f64 = errors.map(|(v, r)| (v.as_f64() - r.as_f64()).powi(2)).sum();
        let reconstruction_error = squares / seen.as_slice().len() as f64;
        let gap = |held: &BatchView<'_, V::Input<I>, E>| rbm.free_energy_gap(&data.rows(0..held.samples()), held);
        if let Some(schedule) = &mut self.options.schedule {
            schedule.now.observe(reconstruction_error);
        }
        Ok(EnergyEpoch {
            epoch,
            rate: self.optimizer.rate(),
            reconstruction_error,
            free_energy_gap: validation.map(gap),
            swap_rates: self.phase.swap_rates(),
            duration,
        })
    }

    pub(super) fn fit<D: Deref<Target = [E]>>(
        mut self,
        rbm: &mut Rbm<I, N, V, H, E>,
        data: &Batch<V::Input<I>, E, D>,
        validation: Option<BatchView<'_, V::Input<I>, E>>,
    ) -> Result<EnergyReport, EnergyError> {
        let progress = Progress::new(self.options.progress, self.options.epochs, data.samples());
        let (count, callbacks) = (self.options.epochs, std::mem::take(&mut self.options.callbacks));
        let pass = |progress: &mut Progress| self.pass(rbm, data, validation.as_ref(), progress);
        let epochs = each_epoch(count, progress, callbacks, pass)?;
        Ok(EnergyReport { epochs })
    }

    /// The gradient of the model written with v − μ and h − λ, in terms of its own parameters.
    fn center(&mut self) {
        let Some(rate) = self.options.penalties.centering else {
            return;
        };
        let [visible, hidden] = &self.data_means;
        let [mu, lambda] = self.offsets.get_or_insert_with(|| [visible.clone(), hidden.clone()]);
        let rate = E::from_f64(rate);
        let follow = |offset: &mut [E], means: &[E]| {
            offset.iter_mut().zip(means).for_each(|(offset, &mean)| *offset += rate * (mean - *offset));
        };
        follow(mu, visible);
        follow(lambda, hidden);
        let [weight, b, c, _] = self.gradients.slices_mut();
        for (j, row) in weight.chunks_exact_mut(Self::VISIBLE.max(1)).enumerate() {
            for ((w, &mu), &b) in row.iter_mut().zip(&*mu).zip(&*b) {
                *w -= c[j] * mu + lambda[j] * b;
            }
        }
        for (j, row) in weight.chunks_exact(Self::VISIBLE.max(1)).enumerate() {
            for ((&w, &mu), b) in row.iter().zip(&*mu).zip(&mut *b) {
                *b -= w * lambda[j];
                c[j] -= w * mu;
            }
        }
    }

    fn penalize(&mut self, rbm: &Rbm<I, N, V, H, E>) {
        let sparsity = self.options.penalties.sparsity;
        let ([weight, _, hidden_bias, _], [own, ..]) = (self.gradients.slices_mut(), rbm.slices());
        self.options.penalties.add_decay(weight, own);
        let Some(Sparsity { target, cost, memory }) = sparsity else {
            return;
        };
        let [visible, hidden] = &self.data_means;
        if self.activity.is_empty() {
            self.activity.clone_from(hidden);
        }
        let (memory, target, cost) = (E::from_f64(memory), E::from_f64(target), E::from_f64(cost));
        for (j, row) in weight.chunks_exact_mut(Self::VISIBLE.max(1)).enumerate() {
            let activity = &mut self.activity[j];
            *activity = memory * *activity + (E::one() - memory) * hidden[j];
            let pull = cost * (*activity - target);
            hidden_bias[j] += pull;
            row.iter_mut().zip(visible).for_each(|(g, &v)| *g += pull * v);
        }
    }
}

/// `gradient` = hᵀ v for `rows` rows of states of 0 and 1, by way of its transpose, if that is as fast as a product of any matrices.
fn turned_product<E: Element>(v: &[E], h: &[E], rows: usize, turned: &mut Vec<E>, gradient: &mut [E]) -> bool {
    let (visible, hidden) = (v.len() / rows, h.len() / rows);
    turned.resize(gradient.len(), E::zero());
    // Below this many multiplications a second thread costs more than it saves.
    let threads = if v.len() * hidden < 1 << 22 { 1 } else { crate::parallel::threads() };
    let fits = four_russians::transposed_product(turned, v, h, [visible, rows, hidden], threads);
    if fits {
        E::transpose(turned, hidden, visible, gradient, visible);
    }
    fits
}

/// Σ over rows, times `scale`.
fn column_means<E: Element>(rows: &[E], scale: f64, means: &mut [E]) {
    means.fill(E::zero());
    for row in rows.chunks_exact(means.len().max(1)) {
        elementwise::update_with(Sum, means, row);
    }
    field::scale(means, scale);
}

/// The difference of the means of −∂E/∂z = (v − b)² / 2σ² − v u / σ² over the chains and over the data, divided by T, where u = Wᵀ E(h | v).
fn variance_gradient<I: FixedDimension, N: FixedDimension, V: Visible, H: Hidden, E: Element>(
    rbm: &Rbm<I, N, V, H, E>,
    visible: &[E],
    hidden: &[E],
    chains: usize,
    fields: &mut Vec<E>,
    gradient: &mut [E],
) {
    let width = gradient.len().max(1);
    let [_, bias, _, log_variance] = rbm.slices();
    fields.resize(visible.len(), E::zero());
    // u + b, of which b is taken off again.
    rbm.visible_fields(hidden, fields, 1.0, field::Bias::of(bias));
    let samples = visible.len() / width - chains;
    gradient.fill(E::zero());
    for (index, (v, u)) in visible.chunks_exact(width).zip(fields.chunks_exact(width)).enumerate() {
        let scale = if index < chains { 1.0 / chains as f64 } else { -1.0 / samples as f64 };
        let scale = E::from_f64(scale / rbm.temperature());
        for (i, g) in gradient.iter_mut().enumerate() {
            let (d, half) = (v[i] - bias[i], E::from_f64(0.5));
            *g += scale * (half * d * d - v[i] * (u[i] - bias[i]));
        }
    }
    gradient.iter_mut().zip(log_variance).for_each(|(g, z)| *g /= z.exp());
}
