//! Machines of ratings whose settings are chosen on a part of the training ratings.

use std::{error::Error, fmt};

use plumbline::{
    data::{RatingBaseline, RatingScore, Ratings},
    energy::{RatingAverage, RatingDivergence, RatingRbm, RatingReport},
    layers::Init,
    prelude::*,
    train::Cosine,
};
use rand::{SeedableRng, rngs::StdRng};

/// Hidden units.
pub(crate) type Hidden = Const<64>;

/// A machine of ratings on `K` levels.
pub(crate) type Machine<const K: usize> = RatingRbm<Hidden, K>;

/// The settings that are not chosen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fixed {
    pub(crate) epochs: usize,
    pub(crate) rate: f64,
    pub(crate) seed: u64,
}

/// The settings of a machine that are chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Settings {
    /// Users a step, or items of an item-based machine.
    pub(crate) batch: usize,
    /// The precision of the prior of the weights: their decay times the number of users.
    pub(crate) precision: f64,
    /// The penalty of the biases.
    pub(crate) penalty: f64,
    /// The epochs after which the training ends.
    pub(crate) epochs: usize,
}

impl fmt::Display for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Settings { batch, precision, penalty, epochs } = self;
        write!(f, "batches of {batch}, precision {precision}, penalty {penalty}, {epochs} epochs")
    }
}

/// A user-based and an item-based machine, and how they were chosen.
pub(crate) struct Machines<const K: usize> {
    pub(crate) users: Machine<K>,
    pub(crate) items: Machine<K>,
    pub(crate) of_users: Settings,
    pub(crate) of_items: Settings,
    /// The weight of the user-based machine in the average.
    pub(crate) weight: f64,
}

impl<const K: usize> Machines<K> {
    /// Chooses the settings, and the weight, by the RMSE on a tenth of `known` that is held out; then trains on all of `known`.
    pub(crate) fn train(known: &Ratings, fixed: Fixed) -> Result<Self, Box<dyn Error>> {
        let (part, held_out) = known.split(0.9, fixed.seed)?;
        if held_out.is_empty() {
            return Err("expected users with five ratings or more, of which some can be held out, found none".into());
        }
        let (by_item, held_out_by_item) = (part.transposed(), held_out.transposed());
        let (of_users, users) = choose::<K>("users", &part, &held_out, fixed)?;
        let (of_items, items) = choose::<K>("items", &by_item, &held_out_by_item, fixed)?;
        let weight = RatingAverage::new(&users, &items, &part)?.best_weight(&held_out)?;
        let users = train(known, Task::Refit, of_users, fixed)?.0;
        let items = train(&known.transposed(), Task::Refit, of_items, fixed)?.0;
        Ok(Machines { users, items, of_users, of_items, weight })
    }

    /// The average of both machines.
    pub(crate) fn average<'a>(
        &'a self,
        known: &'a Ratings,
    ) -> Result<RatingAverage<'a, Hidden, Hidden, K>, Box<dyn Error>> {
        Ok(RatingAverage::new(&self.users, &self.items, known)?.with_weight(self.weight)?)
    }
}

/// The settings that are best for `held_out`, and the machine that has them: one setting after the other is changed, and the change kept where it helps.
fn choose<const K: usize>(
    name: &str,
    part: &Ratings,
    held_out: &Ratings,
    fixed: Fixed,
) -> Result<(Settings, Machine<K>), Box<dyn Error>> {
    let changes: [fn(Settings) -> Settings; 4] = [
        |best| Settings { batch: 25, ..best },
        |best| Settings { precision: 5.0, ..best },
        |best| Settings { precision: 20.0, ..best },
        |best| Settings { penalty: 8.0, ..best },
    ];
    let first = Settings { batch: 100, precision: 10.0, penalty: 4.0, epochs: fixed.epochs };
    let run = |settings: Settings| -> Result<(f64, Settings, Machine<K>), Box<dyn Error>> {
        let (machine, report) = train(part, Task::Validate(held_out), settings, fixed)?;
        let best = report.best().ok_or("expected at least one epoch, found none")?;
        let settings = Settings { epochs: best.epoch, ..settings };
        eprintln!("{name}: {settings}: RMSE {:.4} on a held-out part of the training ratings", best.monitored());
        Ok((best.monitored(), settings, machine))
    };
    let mut best = run(first)?;
    for change in changes {
        let other = run(Settings { epochs: fixed.epochs, ..change(best.1) })?;
        if other.0 < best.0 {
            best = other;
        }
    }
    Ok((best.1, best.2))
}

/// What a training is for.
#[derive(Clone, Copy)]
pub(crate) enum Task<'a> {
    /// To end with the epoch that is best for these ratings.
    Validate(&'a Ratings),
    /// To end after the epochs of the settings.
    Refit,
    /// The same, by a machine that also sees which of these were rated.
    Condition(&'a Ratings),
}

pub(crate) fn train<const K: usize>(
    known: &Ratings,
    task: Task<'_>,
    settings: Settings,
    fixed: Fixed,
) -> Result<(Machine<K>, RatingReport), Box<dyn Error>> {
    let rng = &mut StdRng::seed_from_u64(fixed.seed);
    let mut rbm = RatingRbm::new(known.items(), Init::Normal(0.01), rng)?;
    rbm.adopt_biases(known, settings.penalty)?;
    let steps = [(0, 1), (fixed.epochs / 2, 3), (3 * fixed.epochs / 4, 5)];
    let training = RatingDivergence::new()
        .batch_size(settings.batch)
        .epochs(settings.epochs)
        .seed(fixed.seed)
        .rate(fixed.rate)
        .l2(settings.precision / known.users() as f64)
        .steps(steps)
        .schedule(Cosine::new(fixed.epochs).minimum(fixed.rate / 20.0));
    let report = match task {
        Task::Validate(held_out) => {
            training.early_stopping(15).keep_best(true).fit_and_validate(&mut rbm, known, held_out)?
        }
        Task::Refit => training.fit(&mut rbm, known)?,
        Task::Condition(rated) => {
            rbm = rbm.conditional();
            training.condition_on(rated).fit(&mut rbm, known)?
        }
    };
    Ok((rbm, report))
}

/// The score of the penalty that suits the test ratings best: a machine has to beat what biases can do at most.
pub(crate) fn biased(known: &Ratings, test: &Ratings) -> Result<RatingScore, Box<dyn Error>> {
    let mut best = RatingBaseline::biased(known, 1.0)?.score(test);
    for penalty in [2.0, 3.0, 4.0, 8.0, 16.0] {
        let other = RatingBaseline::biased(known, penalty)?.score(test);
        best = if other.rmse < best.rmse { other } else { best };
    }
    Ok(best)
}
