//! The loop: steps of the discriminator, steps of the generator.

use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    time::Instant,
};

use rand::{rngs::StdRng, seq::SliceRandom};

use super::{
    Adversarial, AdversarialEpoch, AdversarialError, AdversarialEvent, AdversarialHistory, Examples, ExamplesRef,
    MeetsGenerator, NoiseShape, Options, generator_loss::cross_entropy, ln_sigmoid,
};
use crate::{
    Batch, Element, FixedShape, Gradients, Pass, Shape, Trainable,
    data::Column,
    network::{RowsRef, entry, generator as random_generator, mix, rows},
    samplers::on_threads,
    train::{Optimizer, OptimizerError, Stop, progress::Progress},
};

/// What the randomness of noise, of the generator's layers and of the discriminator's differs by from that of the order of the samples.
const NOISE: u64 = 0x7a5f_6e6f_6973_6521;
const LAYERS: [u64; 2] = [0x6765_6e65_7261_746f, 0x6469_7363_7269_6d69];

/// What one training works with. `Z` is the shape of the noise.
struct Run<G: Trainable, D: Trainable, Z> {
    generator: Pass<G>,
    discriminator: Pass<D>,
    generator_gradients: Gradients<G>,
    /// Those of real samples, which those of generated ones are added to.
    discriminator_gradients: Gradients<D>,
    fake_gradients: Gradients<D>,
    /// The real samples of a step and their conditions.
    batch: Vec<Box<dyn Column<G::Element>>>,
    noise: Batch<Z, G::Element>,
    /// What `noise` is drawn from.
    random: StdRng,
    /// Targets of real samples, of generated ones for D, and of generated ones for G.
    targets: [Vec<G::Element>; 3],
    d_logits: Vec<G::Element>,
    progress: Progress,
}

/// Sums over the steps of an epoch.
#[derive(Default)]
struct Sums {
    samples: f64,
    ln_real: f64,
    ln_fake: f64,
    real_score: f64,
    fake_score: f64,
    discriminator_loss: f64,
    generator_loss: f64,
    generated: f64,
}

impl Sums {
    fn value(&self) -> f64 {
        (self.ln_real + self.ln_fake) / self.samples
    }
}

/// A step that was not made.
enum Failure {
    Loss(f64),
    Step(OptimizerError),
}

impl Failure {
    fn at(self, network: &'static str, epoch: usize, step: usize) -> AdversarialError {
        let history = Box::default();
        match self {
            Failure::Loss(loss) => AdversarialError::Diverged { network, epoch, step, loss, history },
            Failure::Step(source) => AdversarialError::Step { network, epoch, step, source, history },
        }
    }
}

impl<G, D, OG, OD> Adversarial<'_, G, D, OG, OD>
where
    G: Trainable<Output: FixedShape>,
    D: Trainable<Element = G::Element>,
    D::Input: MeetsGenerator<G::Input, G::Output>,
    OG: Optimizer<G::Element>,
    OD: Optimizer<G::Element>,
{
    /// Trains both networks on real samples for as many epochs as [`epochs`](Adversarial::epochs) says, from where an earlier call stopped.
    ///
    /// # Errors
    ///
    /// [`AdversarialError`] for data or options without a meaning, before anything is changed; and for a training that leaves the finite numbers, with both
    /// networks as they were before that step. The epochs before are in [`AdversarialError::history`].
    pub fn fit(&mut self, data: &impl Examples<D::Input, G::Element>) -> Result<AdversarialHistory, AdversarialError> {
        let threads = self.options.threads;
        let result = on_threads(threads, || {
            // On a thread of the current pool, where splitting work neither blocks nor allocates.
            crate::parallel::ready();
            rayon::scope(|_| self.run(&data.examples()))
        });
        match result {
            Ok(history) => history,
            Err(error) => {
                Err(AdversarialError::Threads { count: threads.unwrap_or_default(), reason: error.to_string() })
            }
        }
    }

    fn run(&mut self, data: &ExamplesRef<'_, G::Element>) -> Result<AdversarialHistory, AdversarialError> {
        self.options.check()?;
        let data = &data.0[..];
        check(data)?;
        let mut run = self.prepare(data)?;
        let base = [self.generator_optimizer.rate(), self.discriminator_optimizer.rate()];
        let mut history = AdversarialHistory::default();
        // A callback may panic; the optimizers are to have their own rates then, too.
        let result = catch_unwind(AssertUnwindSafe(|| self.epochs_of(data, &mut run, base, &mut history)));
        self.past.passes = [run.generator.steps(), run.discriminator.steps()];
        self.past.noise = Some(run.random);
        self.generator_optimizer.set_rate(base[0]);
        self.discriminator_optimizer.set_rate(base[1]);
        match result {
            Ok(Ok(())) => Ok(history),
            Ok(Err(error)) => Err(error.after(history)),
            Err(panic) => resume_unwind(panic),
        }
    }

    fn prepare(&mut self, data: &[&dyn Column<G::Element>]) -> Result<Run<G, D, NoiseShape<G, D>>, AdversarialError> {
        let Options { batch_size, seed, progress, epochs, .. } = self.options;
        let samples = data[0].samples();
        let most = batch_size.min(samples);
        let mut generator = self.generator.pass(most);
        let mut discriminator = self.discriminator.pass(most);
        let real: Vec<_> = data.iter().map(|column| column.entry()).collect();
        let at = |network| move |source| AdversarialError::Shape { network, source };
        discriminator.enter(&real).map_err(at("discriminator"))?;
        let none = Batch::<NoiseShape<G, D>, G::Element>::zeros(0);
        let mut given = real;
        given[0] = entry(&none);
        generator.enter(&given).map_err(at("generator"))?;
        let seeds = LAYERS.map(|layers| mix(seed ^ layers));
        generator.set_seed(seeds[0]);
        generator.skip_to(self.past.passes[0]);
        discriminator.set_seed(seeds[1]);
        discriminator.skip_to(self.past.passes[1]);
        let batch = data.iter().map(|column| column.select(&[]));
        let batch = batch.collect::<Result<_, _>>().map_err(at("discriminator"))?;
        let of = G::Element::from_f64;
        let smooth = of(1.0 - self.options.label_smoothing);
        let targets = [smooth, of(0.0), self.options.loss.target()].map(|target| vec![target; most]);
        Ok(Run {
            generator,
            discriminator,
            generator_gradients: self.generator.gradients(),
            discriminator_gradients: self.discriminator.gradients(),
            fake_gradients: self.discriminator.gradients(),
            batch,
            noise: Batch::zeros(most),
            random: self.past.noise.take().unwrap_or_else(|| random_generator(mix(seed ^ NOISE))),
            targets,
            d_logits: vec![of(0.0); most],
            progress: Progress::new(progress, epochs, samples).after(self.past.epochs),
        })
    }

    fn epochs_of(
        &mut self,
        data: &[&dyn Column<G::Element>],
        run: &mut Run<G, D, NoiseShape<G, D>>,
        base: [f64; 2],
        history: &mut AdversarialHistory,
    ) -> Result<(), AdversarialError> {
        let shown = self.noise_shown(data)?;
        for _ in 0..self.options.epochs {
            let number = self.past.epochs + 1;
            run.progress.begin(number);
            for (network, schedule) in self.schedules.iter().enumerate() {
                let Some(schedule) = schedule else { continue };
                let rate = schedule.now.rate(base[network], number - 1);
                if network == 0 {
                    self.generator_optimizer.set_rate(rate);
                } else {
                    self.discriminator_optimizer.set_rate(rate);
                }
            }
            let start = Instant::now();
            let sums = self.one_epoch(data, run, number)?;
            let seconds = start.elapsed().as_secs_f64();
            self.past.epochs = number;
            let epoch = AdversarialEpoch {
                number,
                value: sums.value(),
                real_score: sums.real_score / sums.samples,
                fake_score: sums.fake_score / sums.samples,
                discriminator_loss: sums.discriminator_loss / sums.samples,
                generator_loss: sums.generator_loss / sums.generated,
                learning_rates: [self.generator_optimizer.rate(), self.discriminator_optimizer.rate()],
                seconds,
                samples_per_second: sums.samples / seconds,
            };
            run.progress.end(&epoch);
            let losses = [epoch.generator_loss, epoch.discriminator_loss];
            self.schedules.iter_mut().zip(losses).for_each(|(schedule, loss)| {
                if let Some(schedule) = schedule {
                    schedule.now.observe(loss);
                }
            });
            let stopped = self.tell(&epoch, &shown, data, &mut run.generator);
            history.epochs.push(epoch);
            if stopped {
                history.stop = Stop::Callback;
                break;
            }
        }
        Ok(())
    }

    /// The noise of the samples that callbacks see.
    fn noise_shown(
        &self,
        data: &[&dyn Column<G::Element>],
    ) -> Result<Batch<NoiseShape<G, D>, G::Element>, AdversarialError> {
        let count = match data {
            _ if self.callbacks.is_empty() => 0,
            [_] => self.options.shown,
            // A condition for each comes from the data.
            _ => self.options.shown.min(data[0].samples()),
        };
        let noise = Batch::zeros_of(count, <NoiseShape<G, D> as Shape>::DIMS);
        let mut noise = noise.map_err(|source| AdversarialError::Shape { network: "generator", source })?;
        self.options.noise.fill(noise.as_mut_slice(), &mut random_generator(self.options.seed));
        Ok(noise)
    }

    /// Tells all callbacks; whether one of them wants to stop.
    fn tell(
        &mut self,
        epoch: &AdversarialEpoch,
        noise: &Batch<NoiseShape<G, D>, G::Element>,
        data: &[&dyn Column<G::Element>],
        pass: &mut Pass<G>,
    ) -> bool {
        if self.callbacks.is_empty() {
            return false;
        }
        let (generator, discriminator, count) = (&self.generator, &self.discriminator, noise.samples());
        let mut inputs = [rows(noise); 2];
        if let Some(condition) = data.get(1) {
            inputs[1] = condition.rows(0..count);
        }
        pass.infer(generator, &inputs[..data.len()], count);
        let samples = pass.output_batch(0);
        let event = AdversarialEvent { epoch, generator, discriminator, samples };
        self.callbacks.iter_mut().fold(false, |stop, callback| callback(&event) | stop)
    }

    fn one_epoch(
        &mut self,
        data: &[&dyn Column<G::Element>],
        run: &mut Run<G, D, NoiseShape<G, D>>,
        epoch: usize,
    ) -> Result<Sums, AdversarialError> {
        let samples = data[0].samples();
        if self.past.order.len() != samples {
            self.past.order = (0..samples).collect();
        }
        let seed = self.options.seed;
        self.past.order.shuffle(self.past.random.get_or_insert_with(|| random_generator(mix(seed))));
        let mut sums = Sums::default();
        for (index, indices) in self.past.order.chunks(self.options.batch_size).enumerate() {
            for (column, batch) in data.iter().zip(&mut run.batch) {
                column.select_into(indices, &mut **batch).expect("the order holds the data's indices");
            }
            let (generator, discriminator) = (&mut self.generator, &mut self.discriminator);
            let step = index + 1;
            let optimizer = &mut self.discriminator_optimizer;
            let made = discriminator_step(generator, discriminator, optimizer, run, &self.options, &mut sums);
            made.map_err(|failure| failure.at("discriminator", epoch, step))?;
            self.past.steps += 1;
            if self.past.steps.is_multiple_of(self.options.discriminator_steps) {
                let optimizer = &mut self.generator_optimizer;
                let made = generator_step(generator, discriminator, optimizer, run, &self.options, &mut sums);
                made.map_err(|failure| failure.at("generator", epoch, step))?;
            }
            run.progress.step(indices.len(), || format!("V {:.4}", sums.value()));
        }
        Ok(sums)
    }
}

/// The inputs of a network: `first`, and behind it the condition of the batch where there is one.
fn given_condition<'a, E: Element>(
    first: RowsRef<'a, E>,
    batch: &'a [Box<dyn Column<E>>],
    count: usize,
) -> [RowsRef<'a, E>; 2] {
    [first, batch.get(1).map_or(first, |condition| condition.rows(0..count))]
}

/// Samples of the generator for fresh noise, as it is in training: its pass holds them.
fn generate<G, D, Z>(generator: &G, run: &mut Run<G, D, Z>, options: &Options) -> usize
where
    G: Trainable,
    D: Trainable<Element = G::Element>,
    Z: Shape,
{
    let count = run.batch[0].samples();
    let width = run.noise.width();
    options.noise.fill(&mut run.noise.as_mut_slice()[..count * width], &mut run.random);
    let noise = RowsRef::new(&run.noise.as_slice()[..count * width], width);
    let inputs = given_condition(noise, &run.batch, count);
    run.generator.train(generator, &inputs[..run.batch.len()], count);
    count
}

/// D ascends the gradient of V on one batch; the generator stays as it is.
fn discriminator_step<G, D, O, Z>(
    generator: &G,
    discriminator: &mut D,
    optimizer: &mut O,
    run: &mut Run<G, D, Z>,
    options: &Options,
    sums: &mut Sums,
) -> Result<(), Failure>
where
    G: Trainable,
    D: Trainable<Element = G::Element>,
    O: Optimizer<G::Element>,
    Z: Shape,
{
    let count = generate(generator, run, options);
    let (scale, m) = (1.0 / count as f64, count as f64);
    let mut inputs = given_condition(run.batch[0].rows(0..count), &run.batch, count);
    run.discriminator.save_buffers(discriminator);
    let (mut loss, mut moved) = (0.0, Ok(()));
    for fake in [false, true] {
        if fake {
            inputs[0] = RowsRef::new(run.generator.output(0), run.generator.output_width(0));
        }
        let targets = &run.targets[usize::from(fake)];
        let gradients = if fake { &mut run.fake_gradients } else { &mut run.discriminator_gradients };
        let inputs = &inputs[..run.batch.len()];
        loss += run.discriminator.step(&*discriminator, inputs, count, gradients, |_, logits, d_logits| {
            let logits = logits[0].data();
            cross_entropy(logits, &targets[..logits.len()], scale, d_logits[0].data_mut())
        });
        moved = moved.and_then(|()| run.discriminator.move_buffers(discriminator));
        for &logit in run.discriminator.output(0) {
            let (ln, score) = if fake {
                (&mut sums.ln_fake, &mut sums.fake_score)
            } else {
                (&mut sums.ln_real, &mut sums.real_score)
            };
            *ln += ln_sigmoid(if fake { -logit } else { logit });
            *score += ln_sigmoid(logit).exp();
        }
    }
    run.discriminator_gradients.accumulate(&run.fake_gradients, 1.0);
    let stepped = if loss.is_finite() {
        let moved = moved.map_err(OptimizerError::from);
        moved.and_then(|()| optimizer.step(discriminator, &run.discriminator_gradients)).map_err(Failure::Step)
    } else {
        Err(Failure::Loss(loss))
    };
    if let Err(failure) = stepped {
        run.discriminator.restore_buffers(discriminator);
        return Err(failure);
    }
    sums.samples += m;
    sums.discriminator_loss += loss * m;
    Ok(())
}

/// G descends the gradient of its loss for fresh noise; the discriminator is borrowed as shared, and stays as it is.
fn generator_step<G, D, O, Z>(
    generator: &mut G,
    discriminator: &D,
    optimizer: &mut O,
    run: &mut Run<G, D, Z>,
    options: &Options,
    sums: &mut Sums,
) -> Result<(), Failure>
where
    G: Trainable,
    D: Trainable<Element = G::Element>,
    O: Optimizer<G::Element>,
    Z: Shape,
{
    let count = generate(generator, run, options);
    let fake = RowsRef::new(run.generator.output(0), run.generator.output_width(0));
    let inputs = given_condition(fake, &run.batch, count);
    run.discriminator.train(discriminator, &inputs[..run.batch.len()], count);
    let d_logits = &mut run.d_logits[..count];
    let loss = options.loss.evaluate(run.discriminator.output(0), &run.targets[2][..count], d_logits);
    if !loss.is_finite() {
        return Err(Failure::Loss(loss));
    }
    let back = run.discriminator.input_gradient(discriminator, &[d_logits], count);
    back.expect("the forward pass was made above");
    let d_fake = run.discriminator.d_input(0);
    let back = run.generator.backward(generator, &[d_fake], count, &mut run.generator_gradients);
    back.expect("the forward pass was made above");
    run.generator.save_buffers(generator);
    let moved = run.generator.move_buffers(generator).map_err(OptimizerError::from);
    if let Err(error) = moved.and_then(|()| optimizer.step(generator, &run.generator_gradients)) {
        run.generator.restore_buffers(generator);
        return Err(Failure::Step(error));
    }
    sums.generated += count as f64;
    sums.generator_loss += loss * count as f64;
    Ok(())
}

impl Options {
    /// Asks that each option has a meaning.
    fn check(&self) -> Result<(), AdversarialError> {
        let count = |option, found: usize| (option, "at least 1", found as f64, found >= 1);
        let smoothing = self.label_smoothing;
        let options = [
            count("batch_size", self.batch_size),
            count("discriminator_steps", self.discriminator_steps),
            ("label_smoothing", "from 0 to below 1", smoothing, (0.0..1.0).contains(&smoothing)),
        ];
        match options.into_iter().find(|(.., fits)| !fits) {
            None => Ok(()),
            Some((option, expected, found, _)) => Err(AdversarialError::Option { option, expected, found }),
        }
    }
}

/// Looks through the data for what cannot be trained on.
fn check<E: Element>(data: &[&dyn Column<E>]) -> Result<(), AdversarialError> {
    let expected = data[0].samples();
    if expected == 0 {
        return Err(AdversarialError::Empty);
    }
    if let Some(found) = data.iter().map(|column| column.samples()).find(|&found| found != expected) {
        return Err(AdversarialError::Conditions { expected, found });
    }
    for (input, column) in data.iter().enumerate() {
        if let Some((sample, element, found)) = column.first_not_finite() {
            return Err(AdversarialError::Input { input, sample, element, found });
        }
    }
    Ok(())
}
