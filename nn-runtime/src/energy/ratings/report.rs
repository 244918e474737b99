//! What a training tells.

use std::{fmt, time::Duration};

use crate::{data::RatingScore, energy::train::lines};

/// A training of a machine of ratings, epoch by epoch.
///
/// ```
/// use plumbline::{Const, data, energy::{RatingDivergence, RatingRbm}, layers::Init};
/// use rand::{SeedableRng, rngs::StdRng};
/// let (known, held_out) = data::ratings(100, 30, 10, 1)?.split(0.8, 1)?;
/// let mut rbm: RatingRbm<Const<4>, 5> = RatingRbm::new(30, Init::Normal(0.01), &mut StdRng::seed_from_u64(1))?;
/// let report = RatingDivergence::new().epochs(3).steps([(2, 5)]).fit_and_validate(&mut rbm, &known, &held_out)?;
/// assert_eq!(report.epochs.iter().map(|epoch| epoch.steps).collect::<Vec<_>>(), [1, 1, 5]);
/// assert!(report.epochs[2].validation.is_some_and(|score| score.count == held_out.len()));
/// println!("{report}");
/// assert_eq!(report.to_string().lines().count(), 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RatingReport {
    /// The epochs in order.
    pub epochs: Vec<RatingEpoch>,
}

impl RatingReport {
    /// The epoch with the lowest [monitored](RatingEpoch::monitored) error, the first of equal ones; `None` where all are NaN, or there is no epoch.
    ///
    /// ```
    /// use plumbline::{Const, data, energy::{RatingDivergence, RatingRbm}, layers::Init};
    /// use rand::{SeedableRng, rngs::StdRng};
    /// let (known, held_out) = data::ratings(100, 30, 10, 1)?.split(0.8, 1)?;
    /// let mut rbm: RatingRbm<Const<4>, 5> = RatingRbm::new(30, Init::Normal(0.01), &mut StdRng::seed_from_u64(1))?;
    /// rbm.adopt_biases(&known, 4.0)?;
    /// let training = RatingDivergence::new().epochs(30).early_stopping(2).keep_best(true);
    /// let report = training.fit_and_validate(&mut rbm, &known, &held_out)?;
    /// let best = report.best().expect("an epoch");
    /// assert_eq!(best.validation, Some(rbm.score(&known, &held_out)?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn best(&self) -> Option<&RatingEpoch> {
        let finite = self.epochs.iter().filter(|epoch| !epoch.monitored().is_nan());
        finite.min_by(|a, b| a.monitored().total_cmp(&b.monitored()))
    }
}

/// The epochs, a line each.
impl fmt::Display for RatingReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        lines(f, &self.epochs)
    }
}

/// One pass over the users.
///
/// ```
/// use plumbline::{data::RatingScore, energy::RatingEpoch};
/// let epoch = RatingEpoch {
///     epoch: 3, rate: 0.5, steps: 1, reconstruction_rmse: 0.72, validation: Some(RatingScore { count: 90, rmse: 0.75, mae: 0.6 }),
///     duration: std::time::Duration::from_millis(1500),
/// };
/// assert_eq!(epoch.to_string(), "epoch 3  rate 0.5  T 1  reconstruction RMSE 0.7200  validation RMSE 0.7500  1.5 s");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RatingEpoch {
    /// From 1.
    pub epoch: usize,
    /// The learning rate.
    pub rate: f64,
    /// T, the Gibbs steps of a chain.
    pub steps: usize,
    /// The root mean squared difference, in units of the ratings, of a training rating and its mean after the first Gibbs step from the data, when its batch
    /// came. It tells when something is wrong, but not how good the model is: the model has seen the rating.
    pub reconstruction_rmse: f64,
    /// How far predictions of the validation ratings are from them after the epoch, where there are any.
    pub validation: Option<RatingScore>,
    /// The time that the steps took.
    pub duration: Duration,
}

impl RatingEpoch {
    /// The error that early stopping and the best parameters go by: the RMSE of the validation, or of the reconstruction where there is none.
    pub fn monitored(&self) -> f64 {
        self.validation.map_or(self.reconstruction_rmse, |score| score.rmse)
    }
}

impl fmt::Display for RatingEpoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // No more digits than a schedule's rates need.
        let rate = (self.rate * 1e6).round() / 1e6;
        write!(f, "epoch {}  rate {rate}  T {}", self.epoch, self.steps)?;
        write!(f, "  reconstruction RMSE {:.4}", self.reconstruction_rmse)?;
        if let Some(score) = self.validation {
            write!(f, "  validation RMSE {:.4}", score.rmse)?;
        }
        write!(f, "  {:.1} s", self.duration.as_secs_f64())
    }
}
