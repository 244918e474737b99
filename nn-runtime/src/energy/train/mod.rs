//! Training by the gradient of the log-likelihood: ∂(−ln p(v))/∂θ = (⟨∂E/∂θ⟩ given v − ⟨∂E/∂θ⟩ over the model) / T.

mod epochs;
mod learner;
mod negative;
mod report;
#[cfg(test)]
mod tests;

use std::{fmt, ops::Deref};

pub(super) use epochs::{SampleOrder, each_epoch};
pub use learner::Learner;
pub(super) use report::lines;
pub use report::{EnergyEpoch, EnergyReport};

use crate::{
    Batch, Element,
    energy::{EnergyError, Hidden, Rbm, Visible},
    samplers::Ladder,
    shape::FixedDimension,
    train::{Flow, Optimizer, Schedule, Sgd},
};
use negative::{Enumerated, Negative, Sampled};

/// What all ways of training have in common.
#[derive(Debug)]
pub(super) struct Options<T> {
    pub(super) rate: Option<f64>,
    pub(super) epochs: usize,
    pub(super) batch_size: usize,
    pub(super) seed: u64,
    pub(super) shuffle: bool,
    pub(super) schedule: Option<crate::train::Scheduled<'static>>,
    pub(super) penalties: Penalties,
    pub(super) progress: bool,
    pub(super) callbacks: Callbacks<T>,
}

/// Whether the training is to stop after an epoch.
type Callback<T> = Box<dyn FnMut(&T) -> bool + Send>;

/// What is called with the report of each epoch.
pub(super) struct Callbacks<T>(Vec<Callback<T>>);

// Derived, it would ask for a default report.
impl<T> Default for Callbacks<T> {
    fn default() -> Self {
        Callbacks(Vec::new())
    }
}

impl<T> Callbacks<T> {
    pub(super) fn push(&mut self, callback: impl FnMut(&T) -> bool + Send + 'static) {
        self.0.push(Box::new(callback));
    }

    /// Calls all; whether one of them wants to stop.
    pub(super) fn stop(&mut self, epoch: &T) -> bool {
        self.0.iter_mut().fold(false, |stop, callback| callback(epoch) | stop)
    }
}

impl<T> fmt::Debug for Callbacks<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} callbacks", self.0.len())
    }
}

/// What changes the gradient of the likelihood.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Penalties {
    pub(super) l1: f64,
    pub(super) l2: f64,
    sparsity: Option<Sparsity>,
    /// How fast the offsets follow the means.
    centering: Option<f64>,
}

#[derive(Clone, Copy, Debug)]
struct Sparsity {
    target: f64,
    cost: f64,
    /// How much of the running mean stays in a step.
    memory: f64,
}

impl Penalties {
    /// Adds the gradient of ½ λ₂ Σ W² + λ₁ Σ |W|.
    pub(super) fn add_decay<E: Element>(&self, gradient: &mut [E], weight: &[E]) {
        if self.l1 == 0.0 && self.l2 == 0.0 {
            return;
        }
        let (l1, l2) = (E::from_f64(self.l1), E::from_f64(self.l2));
        for (g, &w) in gradient.iter_mut().zip(weight) {
            let sign = if w == E::zero() { w } else { w.signum() };
            *g += l2 * w + l1 * sign;
        }
    }
}

impl<T> Options<T> {
    pub(super) fn new() -> Self {
        Options {
            rate: None,
            epochs: 1,
            batch_size: 100,
            seed: 0,
            shuffle: true,
            schedule: None,
            penalties: Penalties::default(),
            progress: true,
            callbacks: Callbacks::default(),
        }
    }

    /// Asks that each option has a meaning among the numbers of the model.
    pub(super) fn check<E: Element>(&self) -> Result<(), EnergyError> {
        let Penalties { l1, l2, sparsity, centering } = self.penalties;
        let amount = |option, found: f64| (option, expected_amount::<E>(), found, is_amount::<E>(found));
        let part = |option, found: f64| (option, "from 0 to 1", found, (0.0..=1.0).contains(&found));
        let size = self.batch_size as f64;
        let mut checks = vec![amount("l1", l1), amount("l2", l2), ("batch_size", "at least 1", size, size >= 1.0)];
        checks.extend(self.rate.map(|rate| amount("rate", rate)));
        if let Some(Sparsity { target, cost, memory }) = sparsity {
            checks.extend([amount("sparsity", target), amount("sparsity", cost), part("sparsity", memory)]);
        }
        checks.extend(centering.map(|rate| part("centering", rate)));
        match checks.into_iter().find(|(.., fits)| !fits) {
            None => Ok(()),
            Some((option, expected, found, _)) => Err(EnergyError::Option { option, expected, found }),
        }
    }
}

/// Whether a number is finite as an `E`, and not negative.
pub(super) fn is_amount<E: Element>(found: f64) -> bool {
    found >= 0.0 && E::from_f64(found).is_finite()
}

/// What [`is_amount`] asks for.
pub(super) fn expected_amount<E: Element>() -> &'static str {
    if E::NAME == "f32" { "finite in f32 and not negative" } else { "finite and not negative" }
}

/// Contrastive divergence: the model's means are those over chains that start at the data and make k Gibbs steps, CD-k (Hinton, 2002), unless one of
/// [`persistent`](ContrastiveDivergence::persistent), [`fast_persistent`](ContrastiveDivergence::fast_persistent) or
/// [`tempered`](ContrastiveDivergence::tempered) says which chains in their place.
///
/// Defaults: steepest descent with the learning rate 0.1 by any optimizer of [`train`](crate::train), 1 epoch, batches of 100 in a new random order in
/// each, seed 0, means of the hidden units in the statistics, no decay, no sparsity, no centering, progress shown where the error stream is a terminal. Gradients are means over a batch. Equal seeds
/// give equal bits, whatever the number of threads; after the first, a step allocates nothing.
///
/// ```
/// use plumbline::{Batch, Const, energy::{ContrastiveDivergence, Rbm}, layers::Init};
/// use rand::{SeedableRng, rngs::StdRng};
/// let rng = &mut StdRng::seed_from_u64(1);
/// let mut rbm: Rbm<Const<4>, Const<6>> = Rbm::new(Init::Normal(0.01), rng);
/// // Two patterns.
/// let data = Batch::from_vec([[1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 1.0]].as_flattened().repeat(100))?;
/// let report = ContrastiveDivergence::new(1).persistent(100).rate(0.1).momentum(0.5).epochs(300).fit(&mut rbm, &data)?;
/// assert!(report.epochs.last().is_some_and(|epoch| epoch.reconstruction_error < 0.02));
/// // Better than −1.2; no model has more than −ln 2.
/// assert!(rbm.log_likelihood_exact(&data) > -1.2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct ContrastiveDivergence<O = Sgd<f32>> {
    optimizer: O,
    negative: Negative,
    options: Options<EnergyEpoch>,
}

/// Steepest descent on the exact negative log-likelihood: the model's means by enumeration of its smaller side, for models whose size allows it as
/// [`Rbm::log_partition_exact`] says; for larger ones, [`fit`](MaximumLikelihood::fit) does not compile. Defaults as for [`ContrastiveDivergence`].
///
/// ```
/// use plumbline::{Batch, Const, energy::{MaximumLikelihood, Rbm}, layers::Init};
/// use rand::{SeedableRng, rngs::StdRng};
/// let mut rbm: Rbm<Const<2>, Const<2>> = Rbm::new(Init::Zeros, &mut StdRng::seed_from_u64(1));
/// rbm.weight_mut().fill(0.5);
/// let data = Batch::from_vec(vec![0.0, 1.0])?;
/// MaximumLikelihood::new().rate(1.0).fit(&mut rbm, &data)?;
/// assert!((rbm.weight()[[0, 1]] - 0.668_106_8).abs() < 1e-6);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct MaximumLikelihood<O = Sgd<f32>> {
    optimizer: O,
    options: Options<EnergyEpoch>,
}

impl<E: Element> ContrastiveDivergence<Sgd<E>> {
    /// CD-k with the defaults.
    pub fn new(k: usize) -> Self {
        ContrastiveDivergence { optimizer: Sgd::new(0.1), negative: Negative::at_data(k), options: Options::new() }
    }
}

impl<O> ContrastiveDivergence<O> {
    /// Persistent contrastive divergence: `chains` chains that start at samples of the data and go on from step to step, k Gibbs steps in each
    /// (Younes, 1989; Tieleman, 2008).
    #[must_use]
    pub fn persistent(mut self, chains: usize) -> Self {
        self.negative.persist(chains);
        self
    }

    /// Fast persistent contrastive divergence (Tieleman and Hinton, 2009): persistent chains of a model to whose parameters fast ones are added, which
    /// learn from the same gradient with the rate `rate` and keep the part `memory` of themselves in each step, 0.95 in the paper. They drive the
    /// chains away from where they have been.
    #[must_use]
    pub fn fast_persistent(mut self, chains: usize, rate: f64, memory: f64) -> Self {
        self.negative.hasten(chains, rate, memory);
        self
    }

    /// Whether the statistics have sampled hidden states in place of their means. With them a step is Hinton's approximation as the notes list it, in six steps:
    /// h ∼ p(h | v), v′ ∼ p(v | h), h′ ∼ p(h | v′), and ΔW = ε (h vᵀ − h′ v′ᵀ), Δb = ε (v − v′), Δc = ε (h − h′).
    ///
    /// The gradient's mean is the same, its variance larger. With chains of their own, [`persistent`](Self::persistent) and its like, a sample of the data adds
    /// Var(hⱼ | v) vᵢ² / (B T)² to the variance of ∂/∂Wⱼᵢ over a batch of B, and a chain that much of its own; for Bernoulli units Var(h | v) is p (1 − p).
    /// The means, which are the default, are the same estimate with the sample of h averaged out (Hinton, A practical guide to training restricted Boltzmann
    /// machines, 2010, 3.3): they learn with larger rates. The sparsity and the centering have the same samples.
    ///
    /// ```
    /// use plumbline::{Batch, Const, energy::{ContrastiveDivergence, Rbm}, layers::Init};
    /// use rand::{SeedableRng, rngs::StdRng};
    /// let rbm: Rbm<Const<2>, Const<3>> = Rbm::new(Init::Zeros, &mut StdRng::seed_from_u64(1));
    /// let data = Batch::from_vec(vec![0.0, 1.0])?;
    /// let mut learner = ContrastiveDivergence::new(1).sampled_hidden(true).start(&rbm, &data)?;
    /// // Of one sample, each product is 0 or 1, and so their difference.
    /// assert!(learner.gradient(&rbm, &data)?.weight().iter().all(|g| [-1.0, 0.0, 1.0].contains(g)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn sampled_hidden(mut self, sampled: bool) -> Self {
        self.negative.sample_hidden(sampled);
        self
    }

    /// Persistent chains of which each is the first rung of parallel tempering along `ladder`, from β = 1 down (Desjardins et al., 2010; Cho, Raiko and
    /// Ilin, 2010). The report has the rates of changes of place.
    #[must_use]
    pub fn tempered(mut self, chains: usize, ladder: Ladder) -> Self {
        self.negative.temper(chains, ladder);
        self
    }
}

impl<E: Element> MaximumLikelihood<Sgd<E>> {
    /// Training with the defaults.
    pub fn new() -> Self {
        MaximumLikelihood { optimizer: Sgd::new(0.1), options: Options::new() }
    }
}

impl<E: Element> Default for MaximumLikelihood<Sgd<E>> {
    fn default() -> Self {
        MaximumLikelihood::new()
    }
}

/// The options that every way of training has. The type has fields `optimizer` and `options`, and the others that are named; its last type parameter is that
/// of the optimizer, behind the one in brackets if there is one.
macro_rules! common_options {
    ($name:ident [$($x:ident)?] { $($field:ident),* }, $epoch:ty) => {
        impl<$($x,)? O> $name<$($x,)? O> {
            /// Sets the optimizer's learning rate.
            #[must_use]
            pub fn rate(mut self, rate: f64) -> Self {
                self.options.rate = Some(rate);
                self
            }

            /// Sets how the learning rate changes from epoch to epoch.
            #[must_use]
            pub fn schedule(mut self, schedule: impl Schedule + Clone + 'static) -> Self {
                self.options.schedule = Some(crate::train::Scheduled::new(schedule));
                self
            }

            /// Sets the number of passes over the data.
            #[must_use]
            pub fn epochs(mut self, epochs: usize) -> Self {
                self.options.epochs = epochs;
                self
            }

            /// Sets the samples of a step, at least 1.
            #[must_use]
            pub fn batch_size(mut self, samples: usize) -> Self {
                self.options.batch_size = samples;
                self
            }

            /// Sets what the order of the samples and the chains draw their randomness from.
            #[must_use]
            pub fn seed(mut self, seed: u64) -> Self {
                self.options.seed = seed;
                self
            }

            /// Whether the samples come in a new random order in each epoch; else they come in the data's.
            #[must_use]
            pub fn shuffle(mut self, shuffle: bool) -> Self {
                self.options.shuffle = shuffle;
                self
            }

            /// Sets λ of λ Σ |W| in the cost. Biases do not decay.
            #[must_use]
            pub fn l1(mut self, decay: f64) -> Self {
                self.options.penalties.l1 = decay;
                self
            }

            /// Sets λ of ½ λ Σ W² in the cost.
            #[must_use]
            pub fn l2(mut self, decay: f64) -> Self {
                self.options.penalties.l2 = decay;
                self
            }

            /// Whether [`fit`](Self::fit) shows its progress on the error stream, where that is a terminal.
            #[must_use]
            pub fn progress(mut self, shown: bool) -> Self {
                self.options.progress = shown;
                self
            }

            /// Shows no progress.
            #[must_use]
            pub fn quiet(self) -> Self {
                self.progress(false)
            }

            /// Calls `f` after each epoch of [`fit`](Self::fit). Where it returns a [`ControlFlow`](std::ops::ControlFlow), `Break` stops the training.
            /// For a look at the model itself, [`start`](Self::start) gives what a loop of your own is made of.
            #[must_use]
            pub fn callback<R: Flow>(mut self, mut f: impl FnMut(&$epoch) -> R + Send + 'static) -> Self {
                self.options.callbacks.push(move |epoch| f(epoch).stops());
                self
            }
        }

        // For one element, so that the compiler need not guess that of the optimizer that is given up.
        impl<$($x)?> $name<$($x,)? Sgd<f32>> {
            /// Sets the optimizer, in place of steepest descent.
            #[must_use]
            pub fn optimizer<P>(self, optimizer: P) -> $name<$($x,)? P> {
                $name { optimizer, $($field: self.$field,)* options: self.options }
            }
        }

        impl<$($x,)? E: Element> $name<$($x,)? Sgd<E>> {
            /// Sets the momentum of steepest descent.
            #[must_use]
            pub fn momentum(mut self, momentum: f64) -> Self {
                self.optimizer = self.optimizer.momentum(momentum);
                self
            }
        }
    };
}

pub(super) use common_options;

/// The options that both have beside, and what they do with them.
macro_rules! training {
    ($name:ident, $kind:ty, $negative:expr, { $($required:stmt)? }, $($field:ident)?) => {
        common_options!($name [] { $($field)? }, EnergyEpoch);

        impl<O> $name<O> {
            /// Draws the mean q of each hidden unit over the data, a running one that keeps 0.9 of itself in a step, towards `target`: `cost` · (q − target)
            /// is added to the gradient with respect to its field, and so to that of its bias and its weights (Hinton, 2010).
            #[must_use]
            pub fn sparsity(mut self, target: f64, cost: f64) -> Self {
                self.options.penalties.sparsity = Some(Sparsity { target, cost, memory: 0.9 });
                self
            }

            /// Centering (Montavon and Müller, 2012; Melchior, Fischer and Wiskott, 2016): the gradient of the same model written with v − μ and h − λ, where
            /// μ and λ are the means over the data, followed with the rate `rate`, such as 0.01. It makes steps independent of which state of a unit is
            /// called 1.
            #[must_use]
            pub fn centering(mut self, rate: f64) -> Self {
                self.options.penalties.centering = Some(rate);
                self
            }

            /// Trains `rbm` on the samples of `data`.
            ///
            /// # Errors
            ///
            /// [`EnergyError::Value`] for a number that no unit can have, [`EnergyError::Empty`] for no samples, [`EnergyError::Option`] for an option
            /// without a meaning, [`EnergyError::Diverged`] where a gradient or a parameter leaves the finite numbers, with the model as it was before that step.
            pub fn fit<I, N, V, H, E, D>(
                self,
                rbm: &mut Rbm<I, N, V, H, E>,
                data: &Batch<V::Input<I>, E, D>,
            ) -> Result<EnergyReport, EnergyError>
            where
                I: FixedDimension,
                N: FixedDimension,
                V: Visible,
                H: Hidden,
                E: Element,
                O: Optimizer<E>,
                D: Deref<Target = [E]>,
            {
                $($required)?
                self.start(rbm, data)?.fit(rbm, data, None)
            }

            /// [`fit`](Self::fit), with the free-energy gap to `validation` in the report of each epoch.
            ///
            /// # Errors
            ///
            /// As [`fit`](Self::fit), for both.
            pub fn fit_and_validate<I, N, V, H, E, D, F>(
                self,
                rbm: &mut Rbm<I, N, V, H, E>,
                data: &Batch<V::Input<I>, E, D>,
                validation: &Batch<V::Input<I>, E, F>,
            ) -> Result<EnergyReport, EnergyError>
            where
                I: FixedDimension,
                N: FixedDimension,
                V: Visible,
                H: Hidden,
                E: Element,
                O: Optimizer<E>,
                D: Deref<Target = [E]>,
                F: Deref<Target = [E]>,
            {
                $($required)?
                rbm.check(validation)?;
                self.start(rbm, data)?.fit(rbm, data, Some(validation.view()))
            }

            /// What a loop of your own steps with; chains start at samples of `data`.
            ///
            /// # Errors
            ///
            /// As [`fit`](Self::fit).
            pub fn start<I, N, V, H, E, D>(
                self,
                rbm: &Rbm<I, N, V, H, E>,
                data: &Batch<V::Input<I>, E, D>,
            ) -> Result<Learner<I, N, V, H, E, O, $kind>, EnergyError>
            where
                I: FixedDimension,
                N: FixedDimension,
                V: Visible,
                H: Hidden,
                E: Element,
                O: Optimizer<E>,
                D: Deref<Target = [E]>,
            {
                $($required)?
                let negative: fn(&mut Self) -> Negative = $negative;
                let mut this = self;
                let negative = negative(&mut this);
                Learner::new(rbm, data, this.optimizer, negative, this.options)
            }
        }
    };
}

training!(ContrastiveDivergence, Sampled, |this| this.negative.take(), {}, negative);
// In the methods themselves, so that the compiler's error points to their call.
training!(MaximumLikelihood, Enumerated, |_| Negative::none(), { let () = Rbm::<I, N, V, H, E>::ENUMERABLE },);

/// A number of numbers in place of the numbers.
struct Count(usize);

impl fmt::Debug for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} numbers", self.0)
    }
}
