//! Ratings one after the other.

use std::sync::Arc;

use super::{Names, Rating, RatingError, RatingScale, Ratings};

/// Collects ratings by the names of users and items, in any order.
///
/// ```
/// use plumbline::data::{RatingScale, Ratings};
/// let mut builder = Ratings::builder(RatingScale::HALF_STARS);
/// builder.push("Ann", "Alien", 4.5)?;
/// builder.user("Ben", [("Brazil", 0.5), ("Alien", 3.0)])?;
/// assert_eq!(builder.user("Cid", [("Alien", 1.0); 0]).unwrap_err().to_string(), "expected ratings by `Cid`, found none");
/// let ratings = builder.finish()?;
/// assert_eq!((ratings.users(), ratings.items(), ratings.len()), (2, 2, 3));
/// # Ok::<(), plumbline::data::RatingError>(())
/// ```
#[derive(Clone, Debug)]
pub struct RatingsBuilder {
    scale: RatingScale,
    users: Names,
    items: Names,
    entries: Vec<Entry>,
}

/// A rating, who gave it, and where it came from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub(crate) user: usize,
    pub(crate) rating: Rating,
    pub(crate) place: usize,
}

impl RatingsBuilder {
    pub(super) fn new(scale: RatingScale) -> Self {
        RatingsBuilder { scale, users: Names::default(), items: Names::default(), entries: Vec::new() }
    }

    /// Takes a rating.
    ///
    /// # Errors
    ///
    /// [`RatingError::Rating`] for a number that is none of the scale's, NaN among them.
    pub fn push(&mut self, user: &str, item: &str, rating: f64) -> Result<(), RatingError> {
        let Some(level) = self.scale.level(rating) else {
            let (user, item) = (user.to_owned(), item.to_owned());
            return Err(RatingError::Rating { expected: self.scale, found: rating, user, item });
        };
        let rating = Rating { item: self.items.intern(item), level };
        self.entries.push(Entry { user: self.users.intern(user), rating, place: self.entries.len() });
        Ok(())
    }

    /// Takes all ratings of a user.
    ///
    /// # Errors
    ///
    /// [`RatingError::EmptyUser`] for none; as [`RatingsBuilder::push`].
    pub fn user<I: AsRef<str>>(
        &mut self,
        user: &str,
        ratings: impl IntoIterator<Item = (I, f64)>,
    ) -> Result<(), RatingError> {
        let before = self.entries.len();
        ratings.into_iter().try_for_each(|(item, rating)| self.push(user, item.as_ref(), rating))?;
        if self.entries.len() == before {
            return Err(RatingError::EmptyUser { user: user.to_owned() });
        }
        Ok(())
    }

    /// The ratings by user.
    ///
    /// # Errors
    ///
    /// [`RatingError::Empty`] for none, [`RatingError::Duplicate`] where a user rated an item twice.
    pub fn finish(self) -> Result<Ratings, RatingError> {
        assemble(self.scale, self.users, self.items, self.entries)
    }
}

/// Ratings by user from entries in any order. Of two of the same item, the places are in the error.
pub(crate) fn assemble(
    scale: RatingScale,
    users: Names,
    items: Names,
    mut entries: Vec<Entry>,
) -> Result<Ratings, RatingError> {
    if entries.is_empty() {
        return Err(RatingError::Empty);
    }
    entries.sort_unstable_by_key(|entry| (entry.user, entry.rating.item, entry.place));
    let same = |pair: &&[Entry]| pair[0].user == pair[1].user && pair[0].rating.item == pair[1].rating.item;
    // The one that a reader of the data meets first.
    if let Some(pair) = entries.windows(2).filter(same).min_by_key(|pair| pair[1].place) {
        let name = |names: &Names, index| names.name(index).unwrap_or_default().to_owned();
        let (user, item) = (name(&users, pair[0].user), name(&items, pair[0].rating.item));
        return Err(RatingError::Duplicate { user, item, first: pair[0].place, second: pair[1].place });
    }
    let rows = entries.into_iter().map(|entry| (entry.user, entry.rating));
    Ok(Ratings::from_sorted(scale, Arc::new(users), Arc::new(items), rows))
}
