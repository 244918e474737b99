//! One epoch after the other.

use std::{fmt, marker::PhantomData, time::Instant};

use rand::{SeedableRng, rngs::StdRng, seq::SliceRandom};
use rayon::prelude::*;

use crate::{
    Element,
    data::Ratings,
    energy::{
        EnergyError, RatingDivergence, RatingEpoch, RatingRbm,
        train::{expected_amount, is_amount},
    },
    samplers::Draws,
    shape::FixedDimension,
    train::Progress,
};

use super::{chain::Chain, groups::Groups, memory::Memory, score::Beside};

/// Epochs of training with the order, momentum and memory that they need: for a loop of your own.
///
/// ```
/// use plumbline::{Const, data, energy::{RatingDivergence, RatingRbm}, layers::Init};
/// use rand::{SeedableRng, rngs::StdRng};
/// let (known, held_out) = data::ratings(200, 40, 15, 1)?.split(0.9, 1)?;
/// let mut rbm: RatingRbm<Const<8>, 5> = RatingRbm::new(40, Init::Normal(0.01), &mut StdRng::seed_from_u64(1))?;
/// rbm.adopt_frequencies(&known)?;
/// let mut learner = RatingDivergence::new().start(&rbm, &known)?;
/// let mut best = f64::INFINITY;
/// loop {
///     learner.epoch(&mut rbm)?;
///     let rmse = rbm.score(&known, &held_out)?.rmse;
///     if rmse > best {
///         break;
///     }
///     best = rmse;
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct RatingLearner<'a, N, const K: usize, E = f32> {
    options: RatingDivergence<'a>,
    ratings: &'a Ratings,
    beside: Beside,
    rng: StdRng,
    order: Vec<usize>,
    memory: Memory<E>,
    groups: Groups,
    chains: Vec<Chain<E>>,
    epochs: usize,
    model: PhantomData<fn(&RatingRbm<N, K, E>)>,
}

impl<N, const K: usize, E> fmt::Debug for RatingLearner<'_, N, K, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut learner = f.debug_struct("RatingLearner");
        learner.field("options", &self.options).field("epochs", &self.epochs).finish_non_exhaustive()
    }
}

impl<'a, N: FixedDimension, const K: usize, E: Element> RatingLearner<'a, N, K, E> {
    pub(super) fn new(rbm: &RatingRbm<N, K, E>, ratings: &'a Ratings, options: RatingDivergence<'a>) -> Self {
        let rated = options.rated.filter(|_| rbm.is_conditional());
        let beside = Beside::new(rbm.items(), ratings, rated);
        let count = |user: usize| ratings.of(user).len() + beside.of(user).len();
        // Users without a rating teach nothing.
        let order: Vec<usize> = (0..ratings.users()).filter(|&user| !ratings.of(user).is_empty()).collect();
        let mut counts: Vec<usize> = order.iter().map(|&user| count(user)).collect();
        counts.sort_unstable();
        let longest = counts.last().copied().unwrap_or(0);
        let most: usize = counts.iter().rev().take(options.batch_size).sum();
        let chains = options.batch_size.min(order.len());
        RatingLearner {
            rng: StdRng::seed_from_u64(options.seed),
            memory: Memory::new(rbm, options.momentum, options.l2),
            groups: Groups::new(rbm.items(), most),
            chains: (0..chains).map(|_| Chain::new(N::SIZE, K, longest)).collect(),
            epochs: 0,
            model: PhantomData,
            options,
            ratings,
            beside,
            order,
        }
    }

    /// One pass over the users.
    ///
    /// # Errors
    ///
    /// [`EnergyError::Conditional`] where the model that was started with was conditional and this one is not, or the reverse, [`EnergyError::Ratings`] for
    /// one of another number of items, [`EnergyError::Diverged`] where a gradient or a parameter leaves the finite
    /// numbers, with the model as it was before that step.
    pub fn epoch(&mut self, rbm: &mut RatingRbm<N, K, E>) -> Result<RatingEpoch, EnergyError> {
        self.pass(rbm, &mut Progress::new(false, 1, self.order.len()))
    }

    pub(super) fn pass(
        &mut self,
        rbm: &mut RatingRbm<N, K, E>,
        progress: &mut Progress,
    ) -> Result<RatingEpoch, EnergyError> {
        rbm.check_items(self.ratings)?;
        self.memory.check(rbm)?;
        let rate = self.options.schedule.as_ref().map(|schedule| schedule.now.rate(self.options.rate, self.epochs));
        let rate = rate.unwrap_or(self.options.rate);
        if !is_amount::<E>(rate) {
            return Err(EnergyError::Option { option: "schedule", expected: expected_amount::<E>(), found: rate });
        }
        self.measure(rbm)?;
        let steps = self.options.steps_after(self.epochs);
        progress.begin(self.epochs + 1);
        let start = Instant::now();
        if self.options.shuffle {
            self.order.shuffle(&mut self.rng);
        }
        let mut squares = 0.0;
        for first in (0..self.order.len()).step_by(self.options.batch_size) {
            let last = self.order.len().min(first.saturating_add(self.options.batch_size));
            squares += self.step(rbm, first..last, rate, steps)?;
            progress.step(last - first, String::new);
        }
        self.settle_all(rbm, rate);
        self.epochs += 1;
        let reconstruction_rmse = self.ratings.scale().step() * (squares / self.ratings.len() as f64).sqrt();
        if let Some(schedule) = &mut self.options.schedule {
            schedule.now.observe(reconstruction_rmse);
        }
        let (epoch, duration) = (self.epochs, start.elapsed());
        Ok(RatingEpoch { epoch, rate, steps, reconstruction_rmse, validation: None, duration })
    }

    /// Begins anew: epochs are counted from 0, the schedule, the momentum and the order of the users are as they were before the first one. The model
    /// stays as it is. Without it, each epoch goes on where the last one stopped.
    ///
    /// # Errors
    ///
    /// As [`RatingDivergence::start`].
    pub fn restart(&mut self, rbm: &RatingRbm<N, K, E>) -> Result<(), EnergyError> {
        rbm.check_items(self.ratings)?;
        self.memory.check(rbm)?;
        self.memory = Memory::new(rbm, self.options.momentum, self.options.l2);
        if let Some(schedule) = &mut self.options.schedule {
            schedule.restart();
        }
        self.rng = StdRng::seed_from_u64(self.options.seed);
        self.order.sort_unstable();
        self.epochs = 0;
        Ok(())
    }

    /// Takes the steps that items still miss.
    fn settle_all(&mut self, rbm: &mut RatingRbm<N, K, E>, rate: f64) {
        self.groups.all();
        self.memory.settle(rbm, self.groups.items(), rate);
    }

    /// Looks how large the parameters of a model are, of which no item misses steps.
    fn measure(&mut self, rbm: &RatingRbm<N, K, E>) -> Result<(), EnergyError> {
        let epoch = self.epochs + 1;
        self.memory.measure(rbm).map_err(|(name, found)| EnergyError::Diverged { name, found, epoch })
    }

    /// A step on users of the order; gives Σ (level − its mean)² over their ratings. Where it would leave the finite numbers, it is not made, and the model is
    /// where the steps before have left it.
    fn step(
        &mut self,
        rbm: &mut RatingRbm<N, K, E>,
        users: std::ops::Range<usize>,
        rate: f64,
        steps: usize,
    ) -> Result<f64, EnergyError> {
        if self.memory.is_safe(rate) {
            return Ok(self.step_unchecked(rbm, users, rate, steps));
        }
        // The bound grows faster than what it bounds: look at the numbers themselves.
        self.settle_all(rbm, rate);
        self.measure(rbm)?;
        if self.memory.is_safe(rate) {
            return Ok(self.step_unchecked(rbm, users, rate, steps));
        }
        let before = (rbm.clone(), self.memory.clone());
        let squares = self.step_unchecked(rbm, users, rate, steps);
        self.settle_all(rbm, rate);
        match self.measure(rbm) {
            Ok(()) => Ok(squares),
            Err(error) => {
                (*rbm, self.memory) = before;
                Err(error)
            }
        }
    }

    /// [`RatingLearner::step`] where it surely leaves everything finite.
    fn step_unchecked(
        &mut self,
        rbm: &mut RatingRbm<N, K, E>,
        users: std::ops::Range<usize>,
        rate: f64,
        steps: usize,
    ) -> f64 {
        let (users, ratings, beside) = (&self.order[users], self.ratings, &self.beside);
        self.groups.gather(users.iter().map(|&user| (ratings.of(user), beside.of(user))));
        self.memory.settle(rbm, self.groups.items(), rate);
        let draws = Draws::new(self.options.seed, self.memory.steps + 1);
        let chains = &mut self.chains[..users.len()];
        crate::parallel::ready();
        let (model, places) = (&*rbm, users.par_iter().enumerate());
        chains.par_iter_mut().zip(places).for_each(|(chain, (place, &user))| {
            chain.run(model, ratings.of(user), beside.of(user), steps, draws, place);
        });
        self.memory.learn(rbm, &self.groups, chains, rate, |chain, row| ratings.of(users[chain])[row].level);
        chains.iter().map(Chain::squares).sum()
    }
}
