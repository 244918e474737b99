//! Ratings in parts: for training and for test.

use rand::{SeedableRng, rngs::Xoshiro256PlusPlus, seq::SliceRandom};

use crate::network::mix;

use super::{RatingError, Ratings};

impl Ratings {
    /// The ratings in two parts: of each user's, `fraction`, rounded to a whole number but at least one, chosen at random, and the others. Both parts have
    /// all users and items. Equal seeds give equal parts.
    ///
    /// ```
    /// let ratings = plumbline::data::ratings(50, 40, 20, 1)?;
    /// let (known, held_out) = ratings.split(0.8, 7)?;
    /// assert_eq!(known.len() + held_out.len(), ratings.len());
    /// assert!((0..50).all(|user| !known.of(user).is_empty()));
    /// # Ok::<(), plumbline::data::RatingError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`RatingError::Option`] for a fraction that is not from 0 to 1.
    pub fn split(&self, fraction: f64, seed: u64) -> Result<(Self, Self), RatingError> {
        if !(0.0..=1.0).contains(&fraction) {
            let (option, expected) = ("split", "a fraction from 0 to 1");
            return Err(RatingError::Option { option, expected, found: fraction });
        }
        let mut first = vec![false; self.len()];
        for user in 0..self.users() {
            let range = self.starts[user]..self.starts[user + 1];
            let count = (range.len() as f64 * fraction).round() as usize;
            let mut order: Vec<usize> = range.collect();
            order.shuffle(&mut Xoshiro256PlusPlus::seed_from_u64(mix(mix(seed) ^ mix(user as u64))));
            order.iter().take(count.max(1)).for_each(|&place| first[place] = true);
        }
        Ok((self.chosen(|place| first[place]), self.chosen(|place| !first[place])))
    }

    /// `folds` pairs (training, test) for cross-validation: each rating is in the test part of one pair, and in the training part of all others.
    /// The ratings are assigned at random, whoever gave them, in test parts whose sizes differ by at most one; the training part may have
    /// no rating of some user or item. All parts have all users and items. Equal seeds give equal parts.
    ///
    /// ```
    /// let ratings = plumbline::data::ratings(50, 40, 20, 1)?;
    /// let folds = ratings.folds(5, 7)?;
    /// assert_eq!(folds.iter().map(|(_, test)| test.len()).sum::<usize>(), ratings.len());
    /// assert!(folds.iter().all(|(training, test)| training.len() + test.len() == ratings.len()));
    /// # Ok::<(), plumbline::data::RatingError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`RatingError::Option`] for fewer than two folds, or more than ratings.
    pub fn folds(&self, folds: usize, seed: u64) -> Result<Vec<(Self, Self)>, RatingError> {
        if folds < 2 || folds > self.len() {
            let (option, expected) = ("folds", "at least 2 and at most the number of ratings");
            return Err(RatingError::Option { option, expected, found: folds as f64 });
        }
        let mut fold_of: Vec<usize> = (0..self.len()).map(|place| place % folds).collect();
        fold_of.shuffle(&mut Xoshiro256PlusPlus::seed_from_u64(mix(seed)));
        let pair = |fold| (self.chosen(|place| fold_of[place] != fold), self.chosen(|place| fold_of[place] == fold));
        Ok((0..folds).map(pair).collect())
    }

    /// The ratings at the places, among all, that `is_in` chooses, with all users and items.
    fn chosen(&self, is_in: impl Fn(usize) -> bool) -> Self {
        let chosen = self.iter().enumerate().filter(|(place, _)| is_in(*place)).map(|(_, rating)| rating);
        Ratings::from_sorted(self.scale, self.users.clone(), self.items.clone(), chosen)
    }
}
