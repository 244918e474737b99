//! How far predictions are from ratings.

use rayon::prelude::*;

use crate::{
    Element,
    data::{Rating, RatingScore, Ratings},
    energy::{EnergyError, LevelDistribution, RatingPosterior, RatingRbm},
    shape::FixedDimension,
};

/// What stands for the distribution of a level.
///
/// ```
/// use plumbline::{Const, data, energy::{Prediction, RatingRbm}, layers::Init};
/// use rand::{SeedableRng, rngs::StdRng};
/// let (known, held_out) = data::ratings(100, 30, 10, 1)?.split(0.8, 1)?;
/// let mut rbm: RatingRbm<Const<4>, 5> = RatingRbm::new(30, Init::Normal(0.1), &mut StdRng::seed_from_u64(1))?;
/// rbm.adopt_frequencies(&known)?;
/// let rmse = |by| rbm.score_by(&known, &held_out, by, None).map(|score| score.rmse);
/// assert!(rmse(Prediction::Expectation)? < rmse(Prediction::MostLikely)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Prediction {
    /// The mean of p(v_q | V), whose squared error is expected to be least.
    #[default]
    Expectation,
    /// The most likely level of p(v_q | V).
    MostLikely,
    /// The mean of the mean-field approximation p(v_q | ĥ).
    MeanField,
}

/// Items that users are known to have rated, beside those whose ratings are known.
#[derive(Debug)]
pub(super) struct Beside {
    starts: Vec<usize>,
    items: Vec<usize>,
}

impl Beside {
    /// Of each user, the items of `rated` below `items` that `known` has not.
    pub(super) fn new(items: usize, known: &Ratings, rated: Option<&Ratings>) -> Self {
        let mut beside = Beside { starts: vec![0], items: Vec::new() };
        let Some(rated) = rated else { return beside };
        for user in 0..rated.users() {
            let known = known.of(user);
            let new = |item: &usize| known.binary_search_by_key(item, |rating| rating.item).is_err() && *item < items;
            beside.items.extend(rated.of(user).iter().map(|rating| rating.item).filter(new));
            beside.starts.push(beside.items.len());
        }
        beside
    }

    pub(super) fn of(&self, user: usize) -> &[usize] {
        match self.starts.get(user..user + 2) {
            Some(&[start, end]) => &self.items[start..end],
            _ => &[],
        }
    }
}

impl<N: FixedDimension, const K: usize, E: Element> RatingRbm<N, K, E> {
    /// How far the expectation of each rating in `test` is from it, given the user's ratings in `known`; exact and in units of the ratings.
    ///
    /// Users and items have the same indices in both ([`Ratings::split`], [`Ratings::aligned_with`]). A user whom `known` does not know is predicted from no
    /// ratings, an item that it does not know from how often each level occurs.
    ///
    /// # Errors
    ///
    /// [`EnergyError::Ratings`] where `known` has other items or levels than the model, or `test` other levels or fewer items.
    pub fn score(&self, known: &Ratings, test: &Ratings) -> Result<RatingScore, EnergyError> {
        self.score_by(known, test, Prediction::Expectation, None)
    }

    /// [`score`](RatingRbm::score) of one kind of prediction, where users are known to have rated the items in `rated` too, such as those of `test`: a
    /// conditional model takes note of that.
    ///
    /// # Errors
    ///
    /// As [`score`](RatingRbm::score).
    pub fn score_by(
        &self,
        known: &Ratings,
        test: &Ratings,
        by: Prediction,
        rated: Option<&Ratings>,
    ) -> Result<RatingScore, EnergyError> {
        let beside = self.beside(known, test, rated)?;
        let sums: Vec<[f64; 2]> = self.by_user(known, test, &beside, |posterior, ratings| {
            let mut sums = [0.0; 2];
            for rating in ratings {
                let difference = by.level(posterior, rating.item) - rating.level as f64;
                sums[0] += difference * difference;
                sums[1] += difference.abs();
            }
            sums
        });
        let [squares, sizes]: [f64; 2] =
            sums.iter().fold([0.0; 2], |sums, user| [sums[0] + user[0], sums[1] + user[1]]);
        let (count, step) = (test.len(), test.scale().step());
        Ok(RatingScore { count, rmse: step * (squares / count as f64).sqrt(), mae: step * sizes / count as f64 })
    }

    /// The predictions that [`score_by`](RatingRbm::score_by) compares with the ratings in `test`, in the order of [`Ratings::iter`] and in units of the
    /// ratings: to average those of several models.
    ///
    /// ```
    /// use plumbline::{Const, data::{self, RatingScore}, energy::{Prediction, RatingRbm}, layers::Init};
    /// use rand::{SeedableRng, rngs::StdRng};
    /// let (known, held_out) = data::ratings(100, 30, 10, 1)?.split(0.8, 1)?;
    /// let mut rbm: RatingRbm<Const<4>, 5> = RatingRbm::new(30, Init::Normal(0.1), &mut StdRng::seed_from_u64(1))?;
    /// rbm.adopt_frequencies(&known)?;
    /// let predictions = rbm.predictions(&known, &held_out, Prediction::Expectation, None)?;
    /// let given = held_out.iter().map(|(_, rating)| held_out.scale().rating(rating.level as f64));
    /// let score = RatingScore::of(predictions.into_iter().zip(given));
    /// assert!((score.rmse - rbm.score(&known, &held_out)?.rmse).abs() < 1e-9);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`score`](RatingRbm::score).
    pub fn predictions(
        &self,
        known: &Ratings,
        test: &Ratings,
        by: Prediction,
        rated: Option<&Ratings>,
    ) -> Result<Vec<f64>, EnergyError> {
        let (beside, scale) = (self.beside(known, test, rated)?, test.scale());
        let of_users: Vec<Vec<f64>> = self.by_user(known, test, &beside, |posterior, ratings| {
            ratings.iter().map(|rating| scale.rating(by.level(posterior, rating.item))).collect()
        });
        Ok(of_users.concat())
    }

    /// The items that users rated beside, where all ratings are of the model's items and levels.
    fn beside(&self, known: &Ratings, test: &Ratings, rated: Option<&Ratings>) -> Result<Beside, EnergyError> {
        self.check_items(known)?;
        for (what, expected, found) in
            [("items", self.items, test.items().min(self.items)), ("levels", K, test.scale().levels())]
        {
            if found != expected {
                return Err(EnergyError::Ratings { what, expected, found });
            }
        }
        Ok(Beside::new(self.items, known, rated))
    }

    /// `f` of each user in `test`, of what `known` says of them and of their ratings in `test`.
    fn by_user<T: Send>(
        &self,
        known: &Ratings,
        test: &Ratings,
        beside: &Beside,
        f: impl Fn(&RatingPosterior<'_, N, K, E>, &[Rating]) -> T + Sync,
    ) -> Vec<T> {
        crate::parallel::ready();
        let users = (0..test.users()).into_par_iter();
        let results = users.map_init(
            || RatingPosterior::of_nobody(self),
            |posterior, user| {
                if !test.of(user).is_empty() {
                    posterior.turn_to(known.of(user), beside.of(user));
                }
                f(posterior, test.of(user))
            },
        );
        results.collect()
    }
}

impl Prediction {
    /// The predicted level of an item.
    fn level<N: FixedDimension, const K: usize, E: Element>(
        self,
        posterior: &RatingPosterior<'_, N, K, E>,
        item: usize,
    ) -> f64 {
        match self {
            Prediction::Expectation => posterior.exact(item).mean(),
            Prediction::MostLikely => LevelDistribution::most_likely(&posterior.exact(item)) as f64,
            Prediction::MeanField => posterior.mean_field(item).mean(),
        }
    }
}
