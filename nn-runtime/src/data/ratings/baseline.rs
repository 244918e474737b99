//! Predictions from means alone, and how good predictions are.

use super::{RatingError, RatingScale, Ratings};

/// The most sweeps of the fit of a biased baseline; it is near its optimum after ten.
const SWEEPS: usize = 100;

/// r̂ = μ + b_u + b_i: a mean and what users and items differ from it by. What a model of tastes has to beat.
///
/// A prediction is brought into the range of the scale; the bias of an unknown user or item is 0.
///
/// ```
/// use plumbline::data::{RatingBaseline, ratings};
/// let (known, held_out) = ratings(200, 50, 20, 1)?.split(0.8, 1)?;
/// let rmse = |baseline: RatingBaseline| baseline.score(&held_out).rmse;
/// let (global, biased) = (rmse(RatingBaseline::global(&known)?), rmse(RatingBaseline::biased(&known, 5.0)?));
/// assert!(biased < global);
/// # Ok::<(), plumbline::data::RatingError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct RatingBaseline {
    scale: RatingScale,
    mean: f64,
    users: Vec<f64>,
    items: Vec<f64>,
}

impl RatingBaseline {
    /// r̂ = μ, the mean of all ratings.
    ///
    /// # Errors
    ///
    /// [`RatingError::Empty`] for no ratings.
    pub fn global(ratings: &Ratings) -> Result<Self, RatingError> {
        if ratings.is_empty() {
            return Err(RatingError::Empty);
        }
        let scale = ratings.scale();
        let sum: f64 = ratings.iter().map(|(_, rating)| scale.rating(rating.level as f64)).sum();
        let (users, items) = (vec![0.0; ratings.users()], vec![0.0; ratings.items()]);
        Ok(RatingBaseline { scale, mean: sum / ratings.len() as f64, users, items })
    }

    /// r̂ = the mean of the user's ratings; μ for a user without any.
    ///
    /// # Errors
    ///
    /// As [`RatingBaseline::global`].
    pub fn user_means(ratings: &Ratings) -> Result<Self, RatingError> {
        let mut baseline = Self::global(ratings)?;
        baseline.fit_users(ratings, 0.0);
        Ok(baseline)
    }

    /// r̂ = the mean of the item's ratings; μ for an item without any.
    ///
    /// # Errors
    ///
    /// As [`RatingBaseline::global`].
    pub fn item_means(ratings: &Ratings) -> Result<Self, RatingError> {
        let mut baseline = Self::global(ratings)?;
        baseline.fit_items(ratings, 0.0);
        Ok(baseline)
    }

    /// The b that minimize Σ (r − μ − b_u − b_i)² + `penalty` · (Σ b_u² + Σ b_i²), by turns for users and items until no b changes by 10⁻⁶ of a step of
    /// the scale (Koren, 2010, The BellKor solution to the Netflix grand prize, section III). The best penalty is the variance of a rating about r̂ over that
    /// of the b; between 1 and 10 it changes little.
    ///
    /// # Errors
    ///
    /// As [`RatingBaseline::global`]; [`RatingError::Option`] for a penalty that is not finite and at least 0.
    pub fn biased(ratings: &Ratings, penalty: f64) -> Result<Self, RatingError> {
        if !(penalty >= 0.0 && penalty.is_finite()) {
            return Err(RatingError::Option { option: "penalty", expected: "finite and not negative", found: penalty });
        }
        let mut baseline = Self::global(ratings)?;
        for _ in 0..SWEEPS {
            let change = baseline.fit_items(ratings, penalty).max(baseline.fit_users(ratings, penalty));
            if change < 1e-6 * baseline.scale.step() {
                break;
            }
        }
        Ok(baseline)
    }

    /// Sets each b_u to its optimum and gives the largest change.
    fn fit_users(&mut self, ratings: &Ratings, penalty: f64) -> f64 {
        let mut change = 0.0_f64;
        for (user, own) in self.users.iter_mut().enumerate() {
            let row = ratings.of(user);
            let rest = row.iter().map(|r| self.scale.rating(r.level as f64) - self.mean - self.items[r.item]);
            let best = optimum(rest.sum(), row.len(), penalty);
            change = change.max((best - *own).abs());
            *own = best;
        }
        change
    }

    /// Sets each b_i to its optimum and gives the largest change.
    fn fit_items(&mut self, ratings: &Ratings, penalty: f64) -> f64 {
        let mut rests = vec![(0.0, 0); self.items.len()];
        for (user, r) in ratings.iter() {
            let (sum, count) = &mut rests[r.item];
            *sum += self.scale.rating(r.level as f64) - self.mean - self.users[user];
            *count += 1;
        }
        let mut change = 0.0_f64;
        for (own, (sum, count)) in self.items.iter_mut().zip(rests) {
            let best = optimum(sum, count, penalty);
            change = change.max((best - *own).abs());
            *own = best;
        }
        change
    }

    /// μ, in units of the ratings.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// b_u of each user, in units of the ratings.
    pub fn user_biases(&self) -> &[f64] {
        &self.users
    }

    /// b_i of each item, in units of the ratings.
    pub fn item_biases(&self) -> &[f64] {
        &self.items
    }

    /// r̂ of an item by a user.
    pub fn predict(&self, user: usize, item: usize) -> f64 {
        let bias = |biases: &[f64], index: usize| biases.get(index).copied().unwrap_or(0.0);
        self.scale.clamp(self.mean + bias(&self.users, user) + bias(&self.items, item))
    }

    /// How far predictions are from ratings with the same indices.
    pub fn score(&self, test: &Ratings) -> RatingScore {
        let scale = test.scale();
        RatingScore::of(test.iter().map(|(user, r)| (self.predict(user, r.item), scale.rating(r.level as f64))))
    }
}

/// Σ rest / (n + penalty); 0 for no ratings.
fn optimum(sum: f64, count: usize, penalty: f64) -> f64 {
    if count == 0 { 0.0 } else { sum / (count as f64 + penalty) }
}

/// How far predicted ratings are from given ones, in units of the ratings.
///
/// ```
/// use plumbline::data::RatingScore;
/// let score = RatingScore::of([(3.0, 4.0), (5.0, 2.0)]);
/// assert_eq!((score.count, score.rmse, score.mae), (2, 5.0_f64.sqrt(), 2.0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RatingScore {
    /// The ratings.
    pub count: usize,
    /// √ of the mean of (r̂ − r)²; NaN for no ratings.
    pub rmse: f64,
    /// The mean of |r̂ − r|; NaN for no ratings.
    pub mae: f64,
}

impl RatingScore {
    /// The score of pairs of a predicted and a given rating.
    pub fn of(pairs: impl IntoIterator<Item = (f64, f64)>) -> Self {
        let (mut count, mut squares, mut sizes) = (0, 0.0, 0.0);
        for (predicted, given) in pairs {
            let difference: f64 = predicted - given;
            count += 1;
            squares += difference * difference;
            sizes += difference.abs();
        }
        RatingScore { count, rmse: (squares / count as f64).sqrt(), mae: sizes / count as f64 }
    }
}
