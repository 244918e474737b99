//! How far predictions are from ratings.

use rayon::prelude::*;

use crate::{
    Element,
    data::{RatingScore, Ratings},
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
        self.check_items(known)?;
        for (what, expected, found) in
            [("items", self.items, test.items().min(self.items)), ("levels", K, test.scale().levels())]
        {
            if found != expected {
                return Err(EnergyError::Ratings { what, expected, found });
            }
        }
        let beside = Beside::new(self.items, known, rated);
        let predict = |posterior: &RatingPosterior<'_, N, K, E>, item| match by {
            Prediction::Expectation => posterior.exact(item).mean(),
            Prediction::MostLikely => LevelDistribution::most_likely(&posterior.exact(item)) as f64,
            Prediction::MeanField => posterior.mean_field(item).mean(),
        };
        crate::parallel::ready();
        let sums: Vec<[f64; 2]> = (0..test.users())
            .into_par_iter()
            .map_init(
                || RatingPosterior::of_nobody(self),
                |posterior, user| {
                    let mut sums = [0.0; 2];
                    if !test.of(user).is_empty() {
                        posterior.turn_to(known.of(user), beside.of(user));
                    }
                    for rating in test.of(user) {
                        let difference = predict(posterior, rating.item) - rating.level as f64;
                        sums[0] += difference * difference;
                        sums[1] += difference.abs();
                    }
                    sums
                },
            )
            .collect();
        let [squares, sizes]: [f64; 2] =
            sums.iter().fold([0.0; 2], |sums, user| [sums[0] + user[0], sums[1] + user[1]]);
        let (count, step) = (test.len(), test.scale().step());
        Ok(RatingScore { count, rmse: step * (squares / count as f64).sqrt(), mae: step * sizes / count as f64 })
    }
}
