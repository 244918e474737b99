//! The loop itself.

use std::time::Instant;

use rand::{rngs::StdRng, seq::SliceRandom};

use crate::{
    Batch, Element, Gradients, Network, Pass, Shape, Trainable,
    data::{Dataset, Target},
    kernels::sum,
    network::{entry, generator, mix, rows},
    train::{
        Epoch, Evaluation, Event, History, Objective, Optimizer, Stop, TrainError, Trainer,
        loss::{Means, check_fit, lengths_of, scales, step},
        metric::Metrics,
        progress::Progress,
        real_steps::step_of,
        trainer::{Clip, Clock},
    },
};

/// The samples that an evaluation takes at a time.
const EVALUATED: usize = 512;

/// What [`Trainer::validate`] was given: `()` for nothing, or a dataset of inputs `S`, targets `T` and elements `E`.
///
/// ```
/// use nn_runtime::{Const, data::Labels, train::Validation};
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

impl<S: Shape, T: Target, E: Element> Validation<S, T, E> for &Dataset<S, T, E> {
    fn data(&self) -> Option<&Dataset<S, T, E>> {
        Some(self)
    }
}

/// What one training works with.
struct Run<N: Trainable, T> {
    order: Vec<usize>,
    rng: StdRng,
    inputs: Batch<N::Input, N::Element>,
    targets: T,
    pass: Pass<N>,
    gradients: Gradients<N>,
    progress: Progress,
    /// The steps of the epochs before.
    steps: usize,
}

impl<O: Send, L, M, V: Send> Trainer<'_, O, L, M, V> {
    /// Trains `net` on `train`. The optimizer goes on where an earlier call left it.
    ///
    /// # Errors
    ///
    /// [`TrainError`] for data without a meaning, before anything is changed; and for a training that leaves the finite numbers, with the
    /// network as it was before that step.
    pub fn fit<N, T>(&mut self, net: &mut N, train: &Dataset<N::Input, T, N::Element>) -> Result<History, TrainError>
    where
        N: Trainable<Input: Shape>,
        T: Target,
        O: Optimizer<N::Element>,
        L: Objective<N::Output, T, N::Element>,
        M: Metrics<N::Output, T, N::Element>,
        V: Validation<N::Input, T, N::Element>,
    {
        match self.options.threads {
            Some(count) => {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(count).build();
                let pool = pool.map_err(|error| TrainError::Threads { count, reason: error.to_string() })?;
                pool.install(|| self.run(net, train))
            }
            // On a thread of the current pool, where splitting work neither blocks nor allocates.
            None => rayon::scope(|_| self.run(net, train)),
        }
    }

    /// The loss and the metrics of `net` on `data`.
    ///
    /// # Errors
    ///
    /// [`TrainError`] for data without samples or without a meaning.
    pub fn evaluate<N, T>(&self, net: &N, data: &Dataset<N::Input, T, N::Element>) -> Result<Evaluation, TrainError>
    where
        N: Network<Input: Shape>,
        T: Target,
        L: Objective<N::Output, T, N::Element>,
        M: Metrics<N::Output, T, N::Element>,
    {
        check(&self.loss, data, "evaluation")?;
        let mut pass = net.pass(data.len().min(EVALUATED));
        enter(&self.loss, data, &mut pass, "evaluation")?;
        Ok(evaluate(&self.loss, &self.metrics, net, data, &mut pass))
    }

    fn run<N, T>(&mut self, net: &mut N, train: &Dataset<N::Input, T, N::Element>) -> Result<History, TrainError>
    where
        N: Trainable<Input: Shape>,
        T: Target,
        O: Optimizer<N::Element>,
        L: Objective<N::Output, T, N::Element>,
        M: Metrics<N::Output, T, N::Element>,
        V: Validation<N::Input, T, N::Element>,
    {
        if self.options.batch_size == 0 {
            return Err(TrainError::BatchSize);
        }
        check(&self.loss, train, "training")?;
        if let Some(data) = self.validation.data() {
            check(&self.loss, data, "validation")?;
        }
        let (seed, most) = (self.options.seed, self.options.batch_size.min(train.len()));
        let mut pass = net.pass(most);
        if let Some(data) = self.validation.data() {
            enter(&self.loss, data, &mut pass, "validation")?;
        }
        enter(&self.loss, train, &mut pass, "training")?;
        let past = "no index is past the end";
        let mut run = Run {
            order: (0..train.len()).collect(),
            rng: generator(mix(seed)),
            inputs: train.inputs().select(&[]).expect(past),
            targets: train.targets().select(&[]).expect(past),
            pass,
            gradients: net.gradients(),
            progress: Progress::new(self.options.progress, self.options.epochs, train.len()),
            steps: 0,
        };
        run.pass.set_seed(seed);
        let base = self.optimizer.rate();
        let history = self.all_epochs(net, train, &mut run, base);
        self.optimizer.set_rate(base);
        history
    }

    fn all_epochs<N, T>(
        &mut self,
        net: &mut N,
        train: &Dataset<N::Input, T, N::Element>,
        run: &mut Run<N, T>,
        base: f64,
    ) -> Result<History, TrainError>
    where
        N: Trainable<Input: Shape>,
        T: Target,
        O: Optimizer<N::Element>,
        L: Objective<N::Output, T, N::Element>,
        M: Metrics<N::Output, T, N::Element>,
        V: Validation<N::Input, T, N::Element>,
    {
        let mut history = History { epochs: Vec::new(), best: None, stop: Stop::Epochs };
        let mut best_net: Option<N> = None;
        for number in 1..=self.options.epochs {
            run.progress.begin(number);
            let start = Instant::now();
            let (training, stopped) = self.one_epoch(net, train, run, number, base)?;
            let seconds = start.elapsed().as_secs_f64();
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
            let stopped = self.tell(&Event::Epoch(&epoch)) || stopped;
            if let Some((schedule, _)) = &mut self.schedule {
                schedule.observe(epoch.monitored());
            }
            if history.best().is_none_or(|best| epoch.monitored() < best.monitored()) {
                history.best = Some(history.epochs.len());
                if self.options.keep_best {
                    best_net = Some(net.clone());
                }
            }
            history.epochs.push(epoch);
            let waited = history.epochs.len() - 1 - history.best.unwrap_or(0);
            if stopped {
                history.stop = Stop::Callback;
                break;
            }
            if self.options.patience.is_some_and(|patience| waited >= patience.max(1)) {
                history.stop = Stop::EarlyStopping;
                break;
            }
        }
        if let Some(best) = best_net {
            *net = best;
        }
        Ok(history)
    }

    /// One epoch, and whether a callback wants to stop.
    fn one_epoch<N, T>(
        &mut self,
        net: &mut N,
        train: &Dataset<N::Input, T, N::Element>,
        run: &mut Run<N, T>,
        epoch: usize,
        base: f64,
    ) -> Result<(Evaluation, bool), TrainError>
    where
        N: Trainable<Input: Shape>,
        T: Target,
        O: Optimizer<N::Element>,
        L: Objective<N::Output, T, N::Element>,
        M: Metrics<N::Output, T, N::Element>,
    {
        if self.options.shuffle {
            run.order.shuffle(&mut run.rng);
        }
        let mut tallies = M::Tallies::default();
        let (mut means, weights, mut stopped) = (Means::<L::Terms>::default(), self.loss.weights(), false);
        let steps = run.order.len().div_ceil(self.options.batch_size);
        for (index, indices) in run.order.chunks(self.options.batch_size).enumerate() {
            let past = "the order holds the dataset's indices";
            train.inputs().select_into(indices, &mut run.inputs).expect(past);
            train.targets().gather(indices, &mut run.targets).expect(past);
            enter_batch(&self.loss, &run.inputs, &run.targets, &mut run.pass)?;
            if let Some((schedule, clock)) = &self.schedule {
                let time = if *clock == Clock::Epochs { epoch - 1 } else { run.steps + index };
                self.optimizer.set_rate(schedule.rate(base, time));
            }
            let targets = run.targets.rows(0..indices.len());
            let normalizers = self.loss.normalizers(targets, indices.len());
            let scales = scales(&self.loss, &normalizers);
            let loss = step(&self.loss, net, &run.inputs, &run.targets, &scales, &mut run.pass, &mut run.gradients);
            let number = index + 1;
            if !loss.is_finite() {
                return Err(TrainError::Diverged { epoch, step: number, loss });
            }
            match self.options.clip {
                Clip::Off => Ok(()),
                Clip::Norm(bound) => run.gradients.clip_norm(bound).map(|_| ()),
                Clip::Value(bound) => run.gradients.clip_value(bound),
            }
            .map_err(|source| TrainError::Gradient { epoch, step: number, source })?;
            let outputs = |index| run.pass.output(index);
            self.metrics.add(&mut tallies, outputs, targets);
            self.optimizer.step(net, &run.gradients)?;
            match normalizers.as_ref() {
                [normalizer] => means.add(0, loss * normalizer, *normalizer),
                // The step gives their weighted sum alone.
                _ => add_terms(&self.loss, outputs, targets, &normalizers, &mut means),
            }
            run.progress.step(indices.len(), || format!("loss {:.4}", means.total(&weights)));
            let rate = self.optimizer.rate();
            if tell(&mut self.callbacks, &Event::Step { epoch, step: number, steps, loss, rate }) {
                stopped = true;
                break;
            }
        }
        run.steps += steps;
        let mut metrics = Vec::new();
        means.values(N::OUTPUT_NAMES, &mut metrics);
        self.metrics.values(&tallies, N::OUTPUT_NAMES, &mut metrics);
        Ok((Evaluation { loss: means.total(&weights), metrics }, stopped))
    }

    fn tell(&mut self, event: &Event<'_>) -> bool {
        tell(&mut self.callbacks, event)
    }
}

/// Tells all callbacks; whether one of them wants to stop.
fn tell(callbacks: &mut [super::Callback<'_>], event: &Event<'_>) -> bool {
    let mut stop = false;
    for callback in callbacks {
        stop |= callback(event);
    }
    stop
}

/// Looks through a dataset for what cannot be trained on.
fn check<L, Out, S, T, E>(loss: &L, data: &Dataset<S, T, E>, set: &'static str) -> Result<(), TrainError>
where
    L: Objective<Out, T, E>,
    S: Shape,
    T: Target,
    E: Element,
{
    if data.is_empty() {
        return Err(TrainError::Empty { set });
    }
    let inputs = data.inputs().view();
    let (width, step) = (inputs.width().max(1), step_of(&inputs));
    for (sample, row) in inputs.as_slice().chunks_exact(width).enumerate() {
        let real = inputs.lengths().get(sample).map_or(width, |length| length * step);
        if !sum::all_finite(&row[..real]) {
            let bad = row.iter().enumerate().find(|(_, x)| !x.is_finite());
            if let Some((element, found)) = bad {
                return Err(TrainError::Input { set, sample, element, found: found.as_f64() });
            }
        }
    }
    loss.check_targets(data.targets().rows(0..data.len())).map_err(|source| TrainError::Loss { set, source })
}

/// Lets a dataset into a network's pass, and looks whether its targets have the sizes of the outputs.
fn enter<L, N, T>(
    loss: &L,
    data: &Dataset<N::Input, T, N::Element>,
    pass: &mut Pass<N>,
    set: &'static str,
) -> Result<(), TrainError>
where
    N: Network<Input: Shape>,
    T: Target,
    L: Objective<N::Output, T, N::Element>,
{
    pass.enter(&[entry(data.inputs())]).map_err(|source| TrainError::Shape { set, source })?;
    check_outputs(loss, data.inputs(), data.targets(), pass, set)
}

/// Gives the pass the sizes of a batch of training: where padding is cut off behind the longest sample, each batch has its own.
fn enter_batch<L, N, T>(
    loss: &L,
    inputs: &Batch<N::Input, N::Element>,
    targets: &T,
    pass: &mut Pass<N>,
) -> Result<(), TrainError>
where
    N: Network<Input: Shape>,
    T: Target,
    L: Objective<N::Output, T, N::Element>,
{
    let set = "training";
    pass.take_sizes(&[entry(inputs)]).map_err(|source| TrainError::Shape { set, source })?;
    // What belongs together as a whole may not do so once it is cut off: inputs with lengths, targets without.
    if inputs.lengths().is_empty() { Ok(()) } else { check_outputs(loss, inputs, targets, pass, set) }
}

/// Looks whether targets have the sizes and lengths of the outputs for inputs that have entered the pass.
fn check_outputs<L, N, T>(
    loss: &L,
    inputs: &Batch<N::Input, N::Element>,
    targets: &T,
    pass: &Pass<N>,
    set: &'static str,
) -> Result<(), TrainError>
where
    N: Network<Input: Shape>,
    T: Target,
    L: Objective<N::Output, T, N::Element>,
{
    let mut outputs = 0..loss.weights().as_ref().len();
    let fit = |output| check_fit(output, pass.output_width(output), lengths_of::<N>(output, inputs.lengths()), targets);
    outputs.try_for_each(fit).map_err(|source| TrainError::Loss { set, source })
}

/// Gives the pass the sizes of a dataset that has entered it before.
fn resume<N: Network<Input: Shape>>(pass: &mut Pass<N>, inputs: &Batch<N::Input, N::Element>) {
    pass.take_sizes(&[entry(inputs)]).expect("the dataset has entered");
}

/// The loss and the metrics on a dataset that has entered the pass.
fn evaluate<L, M, N, T>(
    loss: &L,
    metrics: &M,
    net: &N,
    data: &Dataset<N::Input, T, N::Element>,
    pass: &mut Pass<N>,
) -> Evaluation
where
    N: Network<Input: Shape>,
    T: Target,
    L: Objective<N::Output, T, N::Element>,
    M: Metrics<N::Output, T, N::Element>,
{
    let (mut tallies, mut means) = (M::Tallies::default(), Means::default());
    resume(pass, data.inputs());
    for start in (0..data.len()).step_by(EVALUATED) {
        let (inputs, targets) = data.rows(start..start + EVALUATED);
        pass.infer(net, &[rows(&inputs)], inputs.samples());
        let outputs = |index| pass.output(index);
        add_terms(loss, outputs, targets, &loss.normalizers(targets, inputs.samples()), &mut means);
        metrics.add(&mut tallies, outputs, targets);
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
