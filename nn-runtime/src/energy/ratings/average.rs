//! The mean of a model of users and a model of items.

use crate::{
    Element,
    data::{RatingScore, Ratings},
    energy::{EnergyError, Prediction, RatingRbm},
    shape::FixedDimension,
};

/// r̂ = w r̂₁ + (1 − w) r̂₂: the mean of the predictions of a user-based model and of an item-based one, which was trained on
/// [`Ratings::transposed`]. Each sees what the other does not, and their mean is better than either.
///
/// ```
/// use plumbline::{Const, data, energy::{RatingAverage, RatingDivergence, RatingRbm}, layers::Init};
/// use rand::{SeedableRng, rngs::StdRng};
/// let (known, held_out) = data::ratings(300, 60, 20, 1)?.split(0.8, 1)?;
/// let rng = &mut StdRng::seed_from_u64(1);
/// let mut users: RatingRbm<Const<8>, 5> = RatingRbm::new(known.items(), Init::Normal(0.01), rng)?;
/// users.adopt_biases(&known, 4.0)?;
/// RatingDivergence::new().epochs(10).batch_size(20).fit(&mut users, &known)?;
/// let by_item = known.transposed();
/// let mut items: RatingRbm<Const<4>, 5> = RatingRbm::new(known.users(), Init::Normal(0.01), rng)?;
/// items.adopt_biases(&by_item, 4.0)?;
/// RatingDivergence::new().epochs(10).batch_size(5).fit(&mut items, &by_item)?;
///
/// let average = RatingAverage::new(&users, &items, &known)?;
/// let rmse = average.score(&held_out)?.rmse;
/// assert!(rmse < users.score(&known, &held_out)?.rmse.max(items.score(&by_item, &held_out.transposed())?.rmse));
/// let (item, rating) = average.top(7, 1)[0];
/// println!("{}: {rating:.1} stars", known.item_name(item).unwrap_or_default());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct RatingAverage<'a, N, M, const K: usize, E = f32> {
    users: &'a RatingRbm<N, K, E>,
    items: &'a RatingRbm<M, K, E>,
    known: &'a Ratings,
    by_item: Ratings,
    weight: f64,
}

impl<'a, N: FixedDimension, M: FixedDimension, const K: usize, E: Element> RatingAverage<'a, N, M, K, E> {
    /// The mean with w = ½ of predictions from the ratings in `known`: of `users`, whose visible units are the items, and of `items`, whose visible units are
    /// the users.
    ///
    /// # Errors
    ///
    /// [`EnergyError::Ratings`] for ratings of other items, by other users or on other levels than the models'.
    pub fn new(
        users: &'a RatingRbm<N, K, E>,
        items: &'a RatingRbm<M, K, E>,
        known: &'a Ratings,
    ) -> Result<Self, EnergyError> {
        users.check_items(known)?;
        if items.items() != known.users() {
            return Err(EnergyError::Ratings { what: "users", expected: items.items(), found: known.users() });
        }
        Ok(RatingAverage { users, items, known, by_item: known.transposed(), weight: 0.5 })
    }

    /// w, the weight of the user-based model.
    pub fn weight(&self) -> f64 {
        self.weight
    }

    /// Sets w, from 0 to 1.
    ///
    /// # Errors
    ///
    /// [`EnergyError::Option`] for another number.
    pub fn with_weight(mut self, weight: f64) -> Result<Self, EnergyError> {
        if !(0.0..=1.0).contains(&weight) {
            return Err(EnergyError::Option { option: "with_weight", expected: "from 0 to 1", found: weight });
        }
        self.weight = weight;
        Ok(self)
    }

    /// Returns the w from 0 to 1 with which the mean squared error for the ratings in `validation` is least, ½ where both models predict the same. The ratings
    /// should be none that the models were trained on, nor those of a test.
    ///
    /// # Errors
    ///
    /// As [`RatingRbm::score`]; [`EnergyError::Empty`] for no ratings.
    pub fn best_weight(&self, validation: &Ratings) -> Result<f64, EnergyError> {
        if validation.is_empty() {
            return Err(EnergyError::Empty { what: "validation ratings" });
        }
        let [users, items] = self.both(validation)?;
        let (mut product, mut square) = (0.0, 0.0);
        for (given, (first, second)) in given(validation).zip(users.iter().zip(&items)) {
            product += (given - second) * (first - second);
            square += (first - second).powi(2);
        }
        Ok(if square > 0.0 { (product / square).clamp(0.0, 1.0) } else { 0.5 })
    }

    /// The predictions of both models for the ratings in `test`, in the order of [`Ratings::iter`].
    fn both(&self, test: &Ratings) -> Result<[Vec<f64>; 2], EnergyError> {
        let by = Prediction::Expectation;
        let (by_item, users) = (test.transposed(), self.users.predictions(self.known, test, by, None)?);
        let of_items = self.items.predictions(&self.by_item, &by_item, by, None)?;
        // Where the ratings of each item begin among those by item; users come in ascending order in both.
        let mut next = Vec::with_capacity(by_item.users());
        let mut start = 0;
        for item in 0..by_item.users() {
            next.push(start);
            start += by_item.of(item).len();
        }
        let in_order = test.iter().map(|(_, rating)| {
            let place = &mut next[rating.item];
            *place += 1;
            of_items[*place - 1]
        });
        let items = in_order.collect();
        Ok([users, items])
    }

    /// r̂ for each rating in `test`, in the order of [`Ratings::iter`] and in units of the ratings.
    ///
    /// # Errors
    ///
    /// As [`RatingRbm::score`].
    pub fn predictions(&self, test: &Ratings) -> Result<Vec<f64>, EnergyError> {
        let [users, items] = self.both(test)?;
        Ok(users.iter().zip(&items).map(|(first, second)| self.mean(*first, *second)).collect())
    }

    /// How far predictions are from the ratings in `test`, with the indices of `known`.
    ///
    /// # Errors
    ///
    /// As [`RatingRbm::score`].
    pub fn score(&self, test: &Ratings) -> Result<RatingScore, EnergyError> {
        Ok(RatingScore::of(self.predictions(test)?.into_iter().zip(given(test))))
    }

    /// The `n` items that the user did not rate with the highest r̂, best first, each with it; fewer where the user rated almost all. A user whom `known` does
    /// not know has no ratings.
    pub fn top(&self, user: usize, n: usize) -> Vec<(usize, f64)> {
        use super::RatingPosterior;
        let (mut of_user, mut of_item) =
            (RatingPosterior::of_nobody(self.users), RatingPosterior::of_nobody(self.items));
        of_user.turn_to(self.known.of(user), &[]);
        let unrated = (0..self.known.items()).filter(|&item| self.known.rating(user, item).is_none());
        let mut unrated: Vec<(usize, f64)> = unrated
            .map(|item| {
                of_item.turn_to(self.by_item.of(item), &[]);
                let level = self.mean(of_user.exact(item).mean(), of_item.exact(user).mean());
                (item, self.known.scale().rating(level))
            })
            .collect();
        unrated.sort_by(|a, b| b.1.total_cmp(&a.1));
        unrated.truncate(n);
        unrated
    }

    fn mean(&self, first: f64, second: f64) -> f64 {
        self.weight * first + (1.0 - self.weight) * second
    }
}

/// The ratings themselves.
fn given(ratings: &Ratings) -> impl Iterator<Item = f64> {
    ratings.iter().map(|(_, rating)| ratings.scale().rating(rating.level as f64))
}
