//! The loop itself.

use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    time::Instant,
};

use crate::{
    Element, Gradients, Network, Pass, Trainable,
    data::{DataOf, Dataset, Target},
    network::{generator, mix},
    train::{
        Epoch, Evaluation, Event, History, Hooks, Objective, Optimizer, OptimizerError, Stop, TrainError, Trainer,
        loss::{Means, ObjectiveOf, scales, step_from},
        metric::Metrics,
        progress::Progress,
        trainer::{
            Clip, Clock, Options,
            checks::{check, enter, enter_augmented, enter_batch},
            past::fell,
        },
    },
};

/// The samples that an evaluation takes at a time.
const EVALUATED: usize = 512;

/// What [`Trainer::validate`] was given: `()` for nothing, or a dataset of inputs `S`, targets `T` and elements `E`.
///
/// ```
/// use plumbline::{Const, data::Labels, train::Validation};
/// assert!(Validation::<(Const<2>,), Labels<2>, f32>::data(&()).is_none());
/// ```
#[diagnostic::on_unimplemented(
    message = "the validation data are not of the kind of the training data",
    note = "expected a `Dataset<{S}, {T}, {E}>`, as `fit` gets"
)]
pub trait Validation<S, T, E>: Sync {
    /// The data, if there are any.
    fn data(&self) -> Option<&Dataset<S, T, E>>;
}

impl<S, T, E> Validation<S, T, E> for () {
    fn data(&self) -> Option<&Dataset<S, T, E>> {
        None
    }
}

impl<S: 'static, T: Target, E: Element> Validation<S, T, E> for &Dataset<S, T, E> {
    fn data(&self) -> Option<&Dataset<S, T, E>> {
        Some(self)
    }
}

/// What one training works with.
struct Run<N: Trainable, T: Target> {
    batch: DataOf<N, T>,
    pass: Pass<N>,
    gradients: Gradients<N>,
    /// The sum over the batches of a step, where it has several.
    sum: Option<Gradients<N>>,
    progress: Progress,
}

/// What the randomness of augmentation differs by from that of other uses of the seed.
const AUGMENTATION: u64 = 0x6175_676d_656e_7421;

impl<O: Send, L, M, V: Send, H: Send> Trainer<'_, O, L, M, V, H> {
    /// Trains `net` on `train` for as many epochs as [`epochs`](Trainer::epochs) says, from where an earlier call stopped.
    ///
    /// # Errors
    ///
    /// [`TrainError`] for data or options without a meaning, before anything is changed; and for a training that leaves the finite numbers, with the
    /// network and the optimizer as they were before that step, or the network with its best weights where [`keep_best`](Trainer::keep_best) is set. The
    /// epochs before are in [`TrainError::history`].
    pub fn fit<N, T>(&mut self, net: &mut N, train: &Dataset<N::Input, T, N::Element>) -> Result<History, TrainError>
    where
        N: Trainable,
        T: Target,
        O: Optimizer<N::Element>,
        L: ObjectiveOf<N::Output, T, N::Element, N>,
        M: Metrics<N::Output, T, N::Element>,
        V: Validation<N::Input, T, N::Element>,
        H: Hooks<N, T>,
    {
        match self.options.threads {
            Some(count) => {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(count).build();
                let pool = pool.map_err(|error| TrainError::Threads { count, reason: error.to_string() })?;
                pool.install(|| self.run(net, train))
            }
            // On a thread of the current pool, where splitting work neither blocks nor allocates.
            None => {
                crate::parallel::ready();
                rayon::scope(|_| self.run(net, train))
            }
        }
    }

    /// The loss and the metrics of `net` on `data`.
    ///
    /// # Errors
    ///
    /// [`TrainError`] for data without samples or without a meaning.
    pub fn evaluate<N, T>(&self, net: &N, data: &Dataset<N::Input, T, N::Element>) -> Result<Evaluation, TrainError>
    where
        N: Network,
        T: Target,
        L: ObjectiveOf<N::Output, T, N::Element, N>,
        M: Metrics<N::Output, T, N::Element>,
    {
        check(&self.loss, data, "evaluation")?;
        let mut pass = net.pass(data.len().min(EVALUATED));
        enter(&self.loss, data, &mut pass, "evaluation")?;
        Ok(evaluate(&self.loss, &self.metrics, net, data, &mut pass))
    }

    fn run<N, T>(&mut self, net: &mut N, train: &DataOf<N, T>) -> Result<History, TrainError>
    where
        N: Trainable,
        T: Target,
        O: Optimizer<N::Element>,
        L: Objective<N::Output, T, N::Element>,
        M: Metrics<N::Output, T, N::Element>,
        V: Validation<N::Input, T, N::Element>,
        H: Hooks<N, T>,
    {
        self.options.check()?;
        check(&self.loss, train, "training")?;
        if let Some(data) = self.validation.data() {
            check(&self.loss, data, "validation")?;
        }
        let mut gradients = net.gradients();
        self.hooks.prepare(&mut gradients).map_err(TrainError::of_layer)?;
        let mut pass = net.pass(self.options.batch_size.min(train.len()));
        if let Some(data) = self.validation.data() {
            enter(&self.loss, data, &mut pass, "validation")?;
        }
        enter(&self.loss, train, &mut pass, "training")?;
        pass.set_seed(self.options.seed);
        pass.skip_to(self.past.passes);
        let progress = Progress::new(self.options.progress, self.options.epochs, train.len());
        let mut run = Run {
            batch: train.take(0),
            pass,
            sum: (self.options.accumulate > 1).then(|| gradients.clone()),
            gradients,
            progress: progress.after(self.past.epochs),
        };
        let base = self.optimizer.rate();
        // A callback may panic; the optimizer is to have its own rate then, too.
        let history = catch_unwind(AssertUnwindSafe(|| self.all_epochs(net, train, &mut run, base)));
        self.past.passes = run.pass.steps();
        self.optimizer.set_rate(base);
        history.unwrap_or_else(|panic| resume_unwind(panic))
    }

    fn all_epochs<N, T>(
        &mut self,
        net: &mut N,
        train: &DataOf<N, T>,
        run: &mut Run<N, T>,
        base: f64,
    ) -> Result<History, TrainError>
    where
        N: Trainable,
        T: Target,
        O: Optimizer<N::Element>,
        L: Objective<N::Output, T, N::Element>,
        M: Metrics<N::Output, T, N::Element>,
        V: Validation<N::Input, T, N::Element>,
        H: Hooks<N, T>,
    {
        // Where an earlier training ended with the best weights, they are those to be better than.
        let held = self.options.keep_best && std::mem::take(&mut self.past.holds_best);
        let mut best_net = held.then(|| net.clone());
        if !held {
            self.past.lowest = None;
        }
        let mut history = History::default();
        let result = self.epochs_of(net, train, run, base, &mut history, &mut best_net);
        if let Some(best) = best_net {
            *net = best;
            self.past.holds_best = true;
        }
        match result {
            Ok(()) => Ok(history),
            Err(error) => Err(error.after(history)),
        }
    }

    /// The epochs, written behind `history`, and the weights of the best one.
    fn epochs_of<N, T>(
        &mut self,
        net: &mut N,
        train: &DataOf<N, T>,
        run: &mut Run<N, T>,
        base: f64,
        history: &mut History,
        best_net: &mut Option<N>,
    ) -> Result<(), TrainError>
    where
        N: Trainable,
        T: Target,
        O: Optimizer<N::Element>,
        L: Objective<N::Output, T, N::Element>,
        M: Metrics<N::Output, T, N::Element>,
        V: Validation<N::Input, T, N::Element>,
        H: Hooks<N, T>,
    {
        for _ in 0..self.options.epochs {
            let number = self.past.epochs + 1;
            run.progress.begin(number);
            let start = Instant::now();
            let (training, stopped) = self.one_epoch(net, train, run, number, base)?;
            let seconds = start.elapsed().as_secs_f64();
            self.past.epochs = number;
            let data = self.validation.data();
            let epoch = Epoch {
                number,
                training,
                validation: data.map(|data| evaluate(&self.loss, &self.metrics, net, data, &mut run.pass)),
                rate: self.optimizer.rate(),
                seconds,
                samples_per_second: train.len() as f64 / seconds,
            };
            run.progress.end(&epoch);
            let monitored = epoch.monitored();
            if let Some((schedule, _)) = &mut self.schedule {
                schedule.now.observe(monitored);
            }
            if fell(monitored, self.past.lowest, 0.0) {
                self.past.lowest = Some(monitored);
                if self.options.keep_best {
                    *best_net = Some(net.clone());
                }
            }
            if fell(monitored, history.best().map(Epoch::monitored), 0.0) {
                history.best = Some(history.epochs.len());
            }
            self.past.patience.observe(monitored, self.options.min_delta);
            let stopped = tell(&mut self.callbacks, &mut self.hooks, &Event::Epoch(&epoch), net) || stopped;
            history.epochs.push(epoch);
            if stopped {
                history.stop = Stop::Callback;
                break;
            }
            if self.options.patience.is_some_and(|patience| self.past.patience.waited >= patience.max(1)) {
                history.stop = Stop::EarlyStopping;
                break;
            }
        }
        Ok(())
    }

    /// One epoch, and whether a callback wants to stop.
    fn one_epoch<N, T>(
        &mut self,
        net: &mut N,
        train: &DataOf<N, T>,
        run: &mut Run<N, T>,
        epoch: usize,
        base: f64,
    ) -> Result<(Evaluation, bool), TrainError>
    where
        N: Trainable,
        T: Target,
        O: Optimizer<N::Element>,
        L: Objective<N::Output, T, N::Element>,
        M: Metrics<N::Output, T, N::Element>,
        H: Hooks<N, T>,
    {
        let Options { batch_size, accumulate, seed, shuffle, clip, .. } = self.options;
        self.past.next_order(train.len(), shuffle, seed);
        let mut tallies = M::Tallies::default();
        let (mut means, weights, mut stopped) = (Means::<L::Terms>::default(), self.loss.weights(), false);
        let group = batch_size.saturating_mul(accumulate);
        let steps = self.past.order.len().div_ceil(group);
        for (index, indices) in self.past.order.chunks(group).enumerate() {
            train.select_into(indices, &mut run.batch).expect("the order holds the dataset's indices");
            if H::AUGMENTS {
                let rng = &mut generator(mix(mix(seed ^ AUGMENTATION) ^ self.past.steps as u64));
                self.hooks.augment(&mut run.batch, rng);
                enter_augmented(&self.loss, &run.batch, &mut run.pass)?;
            } else {
                enter_batch(&self.loss, &run.batch, &mut run.pass)?;
            }
            if let Some((schedule, clock)) = &self.schedule {
                let time = if *clock == Clock::Epochs { epoch - 1 } else { self.past.steps };
                self.optimizer.set_rate(schedule.now.rate(base, time));
            }
            let (targets, samples) = (run.batch.targets(), run.batch.len());
            let normalizers = self.loss.normalizers(targets.rows(0..samples), samples);
            let scales = scales(&self.loss, &normalizers);
            if let Some(sum) = &mut run.sum {
                sum.clear();
            }
            run.pass.save_buffers(net);
            let (mut loss, mut moved) = (0.0, Ok(()));
            for first in (0..samples).step_by(batch_size) {
                let last = samples.min(first.saturating_add(batch_size));
                let (rows, inputs) = run.batch.columns().rows(first..last);
                let (rows, gradients) = (&rows[..inputs], &mut run.gradients);
                loss += step_from(&self.loss, &*net, rows, first..last, targets, &scales, &mut run.pass, gradients);
                moved = moved.and_then(|()| run.pass.move_buffers(net));
                if let Some(sum) = &mut run.sum {
                    sum.accumulate(gradients, 1.0);
                }
                let (outputs, targets) = (|index| run.pass.output(index), targets.rows(first..last));
                self.metrics.add::<N::OutputKind>(&mut tallies, outputs, targets);
                if weights.as_ref().len() > 1 {
                    // The step gives their weighted sum alone.
                    let normalizers = self.loss.normalizers(targets, last - first);
                    add_terms(&self.loss, outputs, targets, &normalizers, &mut means);
                }
            }
            if let [normalizer] = normalizers.as_ref() {
                means.add(0, loss * normalizer, *normalizer);
            }
            let number = index + 1;
            let gradients = run.sum.as_mut().unwrap_or(&mut run.gradients);
            let stepped = if loss.is_finite() {
                let clipped = match clip {
                    Clip::Off => Ok(()),
                    Clip::Norm(bound) => gradients.clip_norm(bound).map(|_| ()),
                    Clip::Value(bound) => gradients.clip_value(bound),
                };
                let clipped = clipped.map_err(OptimizerError::from).and(moved.map_err(OptimizerError::from));
                let stepped = clipped.and_then(|()| self.optimizer.step(net, gradients));
                stepped.map_err(|source| TrainError::of_step(source, epoch, number))
            } else {
                Err(TrainError::Diverged { epoch, step: number, loss, history: Box::default() })
            };
            if let Err(error) = stepped {
                run.pass.restore_buffers(net);
                return Err(error);
            }
            self.past.steps += 1;
            run.progress.step(indices.len(), || format!("loss {:.4}", means.total(&weights)));
            let event = Event::Step { epoch, step: number, steps, loss, rate: self.optimizer.rate() };
            if tell(&mut self.callbacks, &mut self.hooks, &event, net) {
                stopped = true;
                break;
            }
        }
        let mut metrics = Vec::new();
        means.values(N::OUTPUT_NAMES, &mut metrics);
        self.metrics.values(&tallies, N::OUTPUT_NAMES, &mut metrics);
        Ok((Evaluation { loss: means.total(&weights), metrics }, stopped))
    }
}

/// Tells all callbacks; whether one of them wants to stop.
fn tell<N: Network, T: Target>(
    callbacks: &mut [super::Callback<'_>],
    hooks: &mut impl Hooks<N, T>,
    event: &Event<'_>,
    net: &N,
) -> bool {
    let stop = callbacks.iter_mut().fold(false, |stop, callback| callback(event) | stop);
    hooks.tell(event, net) | stop
}

/// Gives the pass the sizes of a dataset that has entered it before.
fn resume<N: Network, T: Target>(pass: &mut Pass<N>, data: &DataOf<N, T>) {
    let (entries, inputs) = data.columns().entries();
    pass.take_sizes(&entries[..inputs]).expect("the dataset has entered");
}

/// The loss and the metrics on a dataset that has entered the pass.
fn evaluate<L, M, N, T>(loss: &L, metrics: &M, net: &N, data: &DataOf<N, T>, pass: &mut Pass<N>) -> Evaluation
where
    N: Network,
    T: Target,
    L: Objective<N::Output, T, N::Element>,
    M: Metrics<N::Output, T, N::Element>,
{
    let (mut tallies, mut means) = (M::Tallies::default(), Means::default());
    resume(pass, data);
    for start in (0..data.len()).step_by(EVALUATED) {
        let range = start..data.len().min(start + EVALUATED);
        let ((rows, inputs), targets) = (data.columns().rows(range.clone()), data.targets().rows(range.clone()));
        pass.infer(net, &rows[..inputs], range.len());
        let outputs = |index| pass.output(index);
        add_terms(loss, outputs, targets, &loss.normalizers(targets, range.len()), &mut means);
        metrics.add::<N::OutputKind>(&mut tallies, outputs, targets);
    }
    let mut values = Vec::new();
    means.values(N::OUTPUT_NAMES, &mut values);
    metrics.values(&tallies, N::OUTPUT_NAMES, &mut values);
    Evaluation { loss: means.total(&loss.weights()), metrics: values }
}

/// Takes the loss of each output over some samples into the means.
fn add_terms<'a, L, Out, T, E>(
    loss: &L,
    outputs: impl Fn(usize) -> &'a [E],
    targets: T::View<'_>,
    normalizers: &L::Terms,
    means: &mut Means<L::Terms>,
) where
    L: Objective<Out, T, E>,
    T: Target,
    E: Element,
{
    for (index, &normalizer) in normalizers.as_ref().iter().enumerate() {
        means.add(index, loss.term(index, outputs(index), targets, 1.0, None), normalizer);
    }
}
