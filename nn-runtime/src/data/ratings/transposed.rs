//! Ratings with users and items exchanged.

use super::{Rating, Ratings};

impl Ratings {
    /// The same ratings with users in place of items and items in place of users: row `of(i)` of the result lists who rated item i. Indices and names
    /// stay those of each. A model of the result is item-based: each item is a sample, and the visible units are users.
    ///
    /// ```
    /// use plumbline::data::{Rating, RatingScale, Ratings};
    /// let triples = [("Ann", "Alien", 5.0), ("Ben", "Brazil", 3.0), ("Ann", "Brazil", 1.0)];
    /// let ratings = Ratings::new(RatingScale::STARS, triples)?;
    /// let by_item = ratings.transposed();
    /// assert_eq!((by_item.user("Brazil"), by_item.item("Ben")), (Some(1), Some(1)));
    /// assert_eq!(by_item.of(1), [Rating { item: 0, level: 0 }, Rating { item: 1, level: 2 }]);
    /// assert_eq!(by_item.transposed(), ratings);
    /// # Ok::<(), plumbline::data::RatingError>(())
    /// ```
    #[must_use]
    pub fn transposed(&self) -> Self {
        let mut starts = vec![0; self.items() + 1];
        for rating in &self.ratings {
            starts[rating.item + 1] += 1;
        }
        (0..self.items()).for_each(|item| starts[item + 1] += starts[item]);
        let (mut next, mut ratings) = (starts.clone(), vec![Rating { item: 0, level: 0 }; self.len()]);
        // By ascending users, so that each row is ascending.
        for (user, Rating { item, level }) in self.iter() {
            ratings[next[item]] = Rating { item: user, level };
            next[item] += 1;
        }
        let (users, items) = (self.items.clone(), self.users.clone());
        Ratings { scale: self.scale, users, items, starts, ratings }
    }
}
