//! The options of training.

use crate::{
    Element, Parameters,
    data::Ratings,
    energy::{
        EnergyError, Prediction, RatingEpoch, RatingLearner, RatingRbm, RatingReport,
        train::{Callbacks, each_epoch, expected_amount, is_amount},
    },
    shape::FixedDimension,
    train::{Flow, Patience, Progress, Schedule, Scheduled},
};

/// Contrastive divergence for ratings, CD-T: the model's means are those over chains that start at the users' ratings and make T Gibbs steps, with T growing
/// from epoch to epoch (Salakhutdinov, Mnih and Hinton, 2007).
///
/// A step is one of steepest descent on a batch of users: v ← μ v + g and θ ← θ − η v for every parameter, where g is the mean over the batch of what
/// −ln p(V) of a user's ratings says, and of λ W; the gradients of an item that few rated are small, as in the paper, where they are sums over users divided
/// by their number. The items that no user of a batch rated have g = λ W. Their share of the steps is taken when one of their raters comes, or the epoch
/// ends, all steps since at once: the same as if it were taken each time, but a step costs as much as its users have ratings.
///
/// Defaults: one Gibbs step, the learning rate 0.1, momentum 0.8, no decay, 1 epoch, batches of 100 users in a new random order in each, seed 0, progress
/// shown where the error stream is a terminal. Equal seeds give equal bits, whatever the number of threads; after the first epoch, an epoch allocates nothing.
///
/// ```
/// use plumbline::{Const, data, energy::{RatingDivergence, RatingRbm}, layers::Init};
/// use rand::{SeedableRng, rngs::StdRng};
/// let (known, held_out) = data::ratings(400, 50, 20, 1)?.split(0.9, 1)?;
/// let rng = &mut StdRng::seed_from_u64(1);
/// let mut rbm: RatingRbm<Const<10>, 5> = RatingRbm::new(50, Init::Normal(0.01), rng)?.conditional();
/// rbm.adopt_frequencies(&known)?;
/// let training = RatingDivergence::new().condition_on(&held_out).steps([(0, 1), (6, 3), (12, 5)]).epochs(15).batch_size(20);
/// let report = training.fit_and_validate(&mut rbm, &known, &held_out)?;
/// assert!(report.epochs[14].reconstruction_rmse < report.epochs[0].reconstruction_rmse);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct RatingDivergence<'a> {
    pub(super) rate: f64,
    pub(super) momentum: f64,
    pub(super) l2: f64,
    pub(super) epochs: usize,
    pub(super) batch_size: usize,
    pub(super) seed: u64,
    pub(super) shuffle: bool,
    pub(super) schedule: Option<Scheduled<'static>>,
    /// From how many epochs on, and the steps.
    pub(super) steps: Vec<(usize, usize)>,
    pub(super) rated: Option<&'a Ratings>,
    patience: Option<usize>,
    keep_best: bool,
    progress: bool,
    callbacks: Callbacks<RatingEpoch>,
}

impl Default for RatingDivergence<'_> {
    fn default() -> Self {
        RatingDivergence {
            rate: 0.1,
            momentum: 0.8,
            l2: 0.0,
            epochs: 1,
            batch_size: 100,
            seed: 0,
            shuffle: true,
            schedule: None,
            steps: Vec::new(),
            rated: None,
            patience: None,
            keep_best: false,
            progress: true,
            callbacks: Callbacks::default(),
        }
    }
}

impl<'a> RatingDivergence<'a> {
    /// CD-1 with the defaults.
    pub fn new() -> Self {
        RatingDivergence::default()
    }

    /// Sets T: of pairs (n, T), the last whose n epochs are done says how many Gibbs steps a chain makes, 1 where there is none.
    #[must_use]
    pub fn steps(mut self, steps: impl IntoIterator<Item = (usize, usize)>) -> Self {
        self.steps = steps.into_iter().collect();
        self.steps.sort_by_key(|&(epochs, _)| epochs);
        self
    }

    /// Sets the learning rate η.
    #[must_use]
    pub fn rate(mut self, rate: f64) -> Self {
        self.rate = rate;
        self
    }

    /// Sets how the learning rate changes from epoch to epoch.
    #[must_use]
    pub fn schedule(mut self, schedule: impl Schedule + Clone + 'static) -> Self {
        self.schedule = Some(Scheduled::new(schedule));
        self
    }

    /// Sets the momentum μ, from 0 to below 1.
    #[must_use]
    pub fn momentum(mut self, momentum: f64) -> Self {
        self.momentum = momentum;
        self
    }

    /// Sets λ of ½ λ (Σ W² + Σ D²) in the cost. Biases do not decay. The cost is a mean over users: λ times their number is the precision of a normal prior
    /// of the weights, and 5 to 20 suit many data.
    #[must_use]
    pub fn l2(mut self, decay: f64) -> Self {
        self.l2 = decay;
        self
    }

    /// Sets the number of passes over the users.
    #[must_use]
    pub fn epochs(mut self, epochs: usize) -> Self {
        self.epochs = epochs;
        self
    }

    /// Sets the users of a step, at least 1.
    #[must_use]
    pub fn batch_size(mut self, users: usize) -> Self {
        self.batch_size = users;
        self
    }

    /// Sets what the order of the users and the chains draw their randomness from.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Whether the users come in a new random order in each epoch; else they come in that of their indices.
    #[must_use]
    pub fn shuffle(mut self, shuffle: bool) -> Self {
        self.shuffle = shuffle;
        self
    }

    /// What users are known to have rated beside the ratings that are trained on, for a [`conditional`](RatingRbm::conditional) model: the ratings to be
    /// predicted, say, of which the levels are not looked at. Users have the indices of the training ratings.
    #[must_use]
    pub fn condition_on(mut self, rated: &'a Ratings) -> Self {
        self.rated = Some(rated);
        self
    }

    /// Stops once the [monitored](RatingEpoch::monitored) error has not fallen for `patience` epochs. An error of NaN has not fallen.
    #[must_use]
    pub fn early_stopping(mut self, patience: usize) -> Self {
        self.patience = Some(patience);
        self
    }

    /// Whether the model ends with the parameters of the epoch with the lowest [monitored](RatingEpoch::monitored) error, not with the last; also where the
    /// training ends with an error.
    #[must_use]
    pub fn keep_best(mut self, keep: bool) -> Self {
        self.keep_best = keep;
        self
    }

    /// Whether [`fit`](RatingDivergence::fit) shows its progress on the error stream, where that is a terminal.
    #[must_use]
    pub fn progress(mut self, shown: bool) -> Self {
        self.progress = shown;
        self
    }

    /// Shows no progress.
    #[must_use]
    pub fn quiet(self) -> Self {
        self.progress(false)
    }

    /// Calls `f` after each epoch of [`fit`](RatingDivergence::fit). Where it returns a [`ControlFlow`](std::ops::ControlFlow), `Break` stops the training.
    /// For a look at the model itself, [`start`](RatingDivergence::start) makes a loop of your own.
    #[must_use]
    pub fn callback<R: Flow>(mut self, mut f: impl FnMut(&RatingEpoch) -> R + Send + 'static) -> Self {
        self.callbacks.push(move |epoch| f(epoch).stops());
        self
    }

    /// Asks that each option has a meaning among the numbers of the model.
    pub(super) fn check<E: Element>(&self) -> Result<(), EnergyError> {
        let (amount, expected) = (is_amount::<E>, expected_amount::<E>());
        let steps = self.steps.iter().map(|&(_, steps)| steps).min().unwrap_or(1);
        let checks = [
            ("rate", expected, self.rate, amount(self.rate)),
            ("l2", expected, self.l2, amount(self.l2)),
            ("momentum", "from 0 to below 1", self.momentum, (0.0..1.0).contains(&self.momentum)),
            ("batch_size", "at least 1", self.batch_size as f64, self.batch_size >= 1),
            ("steps", "at least 1", steps as f64, steps >= 1),
        ];
        match checks.into_iter().find(|(.., fits)| !fits) {
            None => Ok(()),
            Some((option, expected, found, _)) => Err(EnergyError::Option { option, expected, found }),
        }
    }

    /// T after so many epochs.
    pub(super) fn steps_after(&self, epochs: usize) -> usize {
        self.steps.iter().rev().find(|(from, _)| *from <= epochs).map_or(1, |&(_, steps)| steps)
    }

    /// Trains `rbm` on the users' ratings.
    ///
    /// # Errors
    ///
    /// [`EnergyError::Ratings`] for other items or levels than the model's, [`EnergyError::Empty`] for no ratings, [`EnergyError::Option`] for an option without
    /// a meaning, [`EnergyError::Diverged`] where a gradient or a parameter leaves the finite
    /// numbers, with the model as it was before that step.
    pub fn fit<N: FixedDimension, const K: usize, E: Element>(
        self,
        rbm: &mut RatingRbm<N, K, E>,
        ratings: &'a Ratings,
    ) -> Result<RatingReport, EnergyError> {
        self.run(rbm, ratings, None)
    }

    /// [`fit`](RatingDivergence::fit), with the score of `validation` in the report of each epoch, of which a conditional model knows what
    /// [`condition_on`](RatingDivergence::condition_on) says.
    ///
    /// # Errors
    ///
    /// As [`fit`](RatingDivergence::fit) and [`RatingRbm::score`].
    pub fn fit_and_validate<N: FixedDimension, const K: usize, E: Element>(
        self,
        rbm: &mut RatingRbm<N, K, E>,
        ratings: &'a Ratings,
        validation: &Ratings,
    ) -> Result<RatingReport, EnergyError> {
        self.run(rbm, ratings, Some(validation))
    }

    /// What a loop of your own calls epoch by epoch.
    ///
    /// # Errors
    ///
    /// As [`fit`](RatingDivergence::fit).
    pub fn start<N: FixedDimension, const K: usize, E: Element>(
        self,
        rbm: &RatingRbm<N, K, E>,
        ratings: &'a Ratings,
    ) -> Result<RatingLearner<'a, N, K, E>, EnergyError> {
        self.check::<E>()?;
        rbm.check_items(ratings)?;
        if ratings.is_empty() {
            return Err(EnergyError::Empty { what: "training ratings" });
        }
        Ok(RatingLearner::new(rbm, ratings, self))
    }

    fn run<N: FixedDimension, const K: usize, E: Element>(
        mut self,
        rbm: &mut RatingRbm<N, K, E>,
        ratings: &'a Ratings,
        validation: Option<&Ratings>,
    ) -> Result<RatingReport, EnergyError> {
        let (epochs, rated, keep_best) = (self.epochs, self.rated, self.keep_best);
        let progress = Progress::new(self.progress, epochs, ratings.users());
        let mut callbacks = std::mem::take(&mut self.callbacks);
        if let Some(patience) = self.patience {
            let mut waiting = Patience::default();
            callbacks.push(move |epoch: &RatingEpoch| {
                waiting.observe(epoch.monitored(), 0.0);
                waiting.waited >= patience.max(1)
            });
        }
        let mut learner = self.start(rbm, ratings)?;
        let mut best: Option<(f64, RatingRbm<N, K, E>)> = None;
        let epochs = each_epoch(epochs, progress, callbacks, |progress| {
            let mut epoch = learner.pass(rbm, progress)?;
            if let Some(validation) = validation {
                epoch.validation = Some(rbm.score_by(ratings, validation, Prediction::Expectation, rated)?);
            }
            let error = epoch.monitored();
            if keep_best && !error.is_nan() {
                match &mut best {
                    None => best = Some((error, rbm.clone())),
                    Some((lowest, kept)) if error < *lowest => {
                        *lowest = error;
                        copy(rbm, kept);
                    }
                    Some(_) => {}
                }
            }
            Ok(epoch)
        });
        if let Some((_, kept)) = &best {
            copy(kept, rbm);
        }
        Ok(RatingReport { epochs: epochs? })
    }
}

/// The numbers of one model in another of its shape.
fn copy<N: FixedDimension, const K: usize, E: Element>(from: &RatingRbm<N, K, E>, to: &mut RatingRbm<N, K, E>) {
    for index in 0..from.tensors() {
        to.tensor_mut(index).values.copy_from_slice(from.tensor(index).values);
    }
}
