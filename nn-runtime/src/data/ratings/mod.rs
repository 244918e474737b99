//! Ratings of items by users.

mod baseline;
mod builder;
mod error;
mod generated;
mod names;
mod parts;
mod scale;
mod transposed;

use std::sync::Arc;

pub use baseline::{RatingBaseline, RatingScore};
pub use builder::RatingsBuilder;
pub(crate) use builder::{Entry, assemble};
pub use error::RatingError;
pub use generated::ratings;
pub(crate) use names::Names;
pub use scale::RatingScale;

/// A rating: an item by its index, and the level k of its rating r = least + step · k ([`RatingScale`]).
///
/// ```
/// use plumbline::data::{Rating, RatingScale, Ratings};
/// let ratings = Ratings::new(RatingScale::STARS, [("Ann", "Alien", 4.0)])?;
/// assert_eq!(ratings.of(0), [Rating { item: 0, level: 3 }]);
/// # Ok::<(), plumbline::data::RatingError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rating {
    /// The item's index.
    pub item: usize,
    /// k, from 0 to K − 1.
    pub level: usize,
}

/// Ratings of items by users, on one [`RatingScale`]. A user rated few of the items: memory grows with the ratings, and with the names of users and items.
///
/// Users and items have names and, in the order in which the names were first met, indices from 0. A user's ratings are in ascending order of their
/// items, each once.
///
/// ```
/// use plumbline::data::{RatingScale, Ratings};
/// let ratings = Ratings::new(
///     RatingScale::STARS,
///     [("Ann", "Alien", 5.0), ("Ben", "Brazil", 3.0), ("Ann", "Brazil", 1.0)],
/// )?;
/// assert_eq!((ratings.users(), ratings.items(), ratings.len()), (2, 2, 3));
/// assert_eq!((ratings.user("Ben"), ratings.item("Alien"), ratings.item_name(1)), (Some(1), Some(0), Some("Brazil")));
/// assert_eq!(ratings.rating(0, 1), Some(1.0));
/// assert_eq!(ratings.rating(1, 0), None);
/// # Ok::<(), plumbline::data::RatingError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Ratings {
    scale: RatingScale,
    users: Arc<Names>,
    items: Arc<Names>,
    /// Where each user's ratings begin, and the end.
    starts: Vec<usize>,
    ratings: Vec<Rating>,
}

impl Ratings {
    /// Ratings (user, item, rating) in any order.
    ///
    /// # Errors
    ///
    /// [`RatingError::Rating`] for a number that is none of the scale's, NaN among them, [`RatingError::Duplicate`] where a user rated an item twice,
    /// [`RatingError::Empty`] for none.
    pub fn new<U: AsRef<str>, I: AsRef<str>>(
        scale: RatingScale,
        ratings: impl IntoIterator<Item = (U, I, f64)>,
    ) -> Result<Self, RatingError> {
        let mut builder = Ratings::builder(scale);
        for (user, item, rating) in ratings {
            builder.push(user.as_ref(), item.as_ref(), rating)?;
        }
        builder.finish()
    }

    /// Ratings to be collected one after the other.
    pub fn builder(scale: RatingScale) -> RatingsBuilder {
        RatingsBuilder::new(scale)
    }

    /// Ratings in the order of users and, for each, of items.
    fn from_sorted(
        scale: RatingScale,
        users: Arc<Names>,
        items: Arc<Names>,
        sorted: impl Iterator<Item = (usize, Rating)>,
    ) -> Self {
        let (mut starts, mut ratings) = (vec![0], Vec::with_capacity(sorted.size_hint().0));
        for (user, rating) in sorted {
            starts.resize(user + 1, ratings.len());
            ratings.push(rating);
        }
        starts.resize(users.len() + 1, ratings.len());
        Ratings { scale, users, items, starts, ratings }
    }

    /// The scale.
    pub fn scale(&self) -> RatingScale {
        self.scale
    }

    /// The number of ratings.
    pub fn len(&self) -> usize {
        self.ratings.len()
    }

    /// Whether there are no ratings: only the parts of a [`split`](Ratings::split) can be without.
    pub fn is_empty(&self) -> bool {
        self.ratings.is_empty()
    }

    /// The number of users.
    pub fn users(&self) -> usize {
        self.users.len()
    }

    /// The number of items.
    pub fn items(&self) -> usize {
        self.items.len()
    }

    /// A user's ratings, in ascending order of their items; none for an index past the end.
    pub fn of(&self, user: usize) -> &[Rating] {
        match self.starts.get(user..user.saturating_add(2)) {
            Some(&[start, end]) => &self.ratings[start..end],
            _ => &[],
        }
    }

    /// The rating that a user gave to an item, if so.
    pub fn rating(&self, user: usize, item: usize) -> Option<f64> {
        let row = self.of(user);
        let place = row.binary_search_by_key(&item, |rating| rating.item).ok()?;
        Some(self.scale.rating(row[place].level as f64))
    }

    /// All ratings, each with its user.
    pub fn iter(&self) -> impl Iterator<Item = (usize, Rating)> {
        (0..self.users()).flat_map(|user| self.of(user).iter().map(move |&rating| (user, rating)))
    }

    /// How often each item has each level, [items, K] in row-major order.
    ///
    /// # Errors
    ///
    /// [`RatingError::Memory`] for more levels than there is memory for.
    pub fn level_counts(&self) -> Result<Vec<usize>, RatingError> {
        let (items, levels) = (self.items(), self.scale.levels());
        let (mut counts, memory) = (Vec::new(), RatingError::Memory { items, levels });
        let length =
            items.checked_mul(levels).filter(|&length| counts.try_reserve_exact(length).is_ok()).ok_or(memory)?;
        counts.resize(length, 0);
        for rating in &self.ratings {
            counts[rating.item * levels + rating.level] += 1;
        }
        Ok(counts)
    }

    /// The index of a user.
    pub fn user(&self, name: &str) -> Option<usize> {
        self.users.index(name)
    }

    /// The index of an item.
    pub fn item(&self, name: &str) -> Option<usize> {
        self.items.index(name)
    }

    /// The name of a user.
    pub fn user_name(&self, user: usize) -> Option<&str> {
        self.users.name(user)
    }

    /// The name of an item.
    pub fn item_name(&self, item: usize) -> Option<&str> {
        self.items.name(item)
    }

    /// Ratings of someone who is no user here, by the names of these items: what a model is asked with.
    ///
    /// ```
    /// use plumbline::data::{Rating, RatingScale, Ratings};
    /// let ratings = Ratings::new(RatingScale::STARS, [("Ann", "Alien", 5.0), ("Ben", "Brazil", 3.0)])?;
    /// let profile = ratings.profile([("Brazil", 4.0), ("Alien", 1.0)])?;
    /// assert_eq!(profile, [Rating { item: 0, level: 0 }, Rating { item: 1, level: 3 }]);
    /// let error = ratings.profile([("Casablanca", 4.0)]).unwrap_err();
    /// assert_eq!(error.to_string(), "expected the name of a rated item, found `Casablanca`");
    /// # Ok::<(), plumbline::data::RatingError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`RatingError::Unknown`] for an item that is not among these; [`RatingError::Rating`] and [`RatingError::Duplicate`] as [`Ratings::new`]. None at all
    /// are no error.
    pub fn profile<I: AsRef<str>>(
        &self,
        ratings: impl IntoIterator<Item = (I, f64)>,
    ) -> Result<Vec<Rating>, RatingError> {
        let mut found = Vec::new();
        for (place, (name, rating)) in ratings.into_iter().enumerate() {
            let name = name.as_ref();
            let unknown = || RatingError::Unknown { expected: "the name of a rated item", found: name.to_owned() };
            let item = self.item(name).ok_or_else(unknown)?;
            let (user, name) = (String::from("a new user"), name.to_owned());
            let Some(level) = self.scale.level(rating) else {
                return Err(RatingError::Rating { expected: self.scale, found: rating, user, item: name });
            };
            match found.binary_search_by_key(&item, |&(rating, _): &(Rating, usize)| rating.item) {
                Ok(at) => {
                    return Err(RatingError::Duplicate { user, item: name, first: found[at].1, second: place });
                }
                Err(at) => found.insert(at, (Rating { item, level }, place)),
            }
        }
        Ok(found.into_iter().map(|(rating, _)| rating).collect())
    }

    /// The same ratings with the indices that users and items have in `other`: what a file of test ratings becomes for a model of `other`. Users and items
    /// that `other` does not know have the indices behind all that it knows; `other` has no ratings of them, which is a cold start and no error.
    ///
    /// ```
    /// use plumbline::data::{RatingScale, Ratings};
    /// let known = Ratings::new(RatingScale::STARS, [("Ann", "Alien", 5.0), ("Ben", "Brazil", 3.0)])?;
    /// let test = Ratings::new(RatingScale::STARS, [("Cid", "Brazil", 2.0), ("Ben", "Casablanca", 4.0)])?;
    /// let test = test.aligned_with(&known)?;
    /// assert_eq!((test.user("Ben"), test.item("Brazil")), (Some(1), Some(1)));
    /// assert_eq!((test.user("Cid"), test.item("Casablanca")), (Some(2), Some(2)));
    /// assert!(known.of(2).is_empty());
    /// # Ok::<(), plumbline::data::RatingError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`RatingError::Scales`] where the scales differ.
    pub fn aligned_with(&self, other: &Ratings) -> Result<Self, RatingError> {
        if self.scale != other.scale {
            return Err(RatingError::Scales { expected: other.scale, found: self.scale });
        }
        let (mut users, mut items) = (Names::clone(&other.users), Names::clone(&other.items));
        let new_user: Vec<usize> = self.users.iter().map(|name| users.intern(name)).collect();
        let new_item: Vec<usize> = self.items.iter().map(|name| items.intern(name)).collect();
        let renamed =
            |(user, rating): (usize, Rating)| (new_user[user], Rating { item: new_item[rating.item], ..rating });
        let mut renamed: Vec<(usize, Rating)> = self.iter().map(renamed).collect();
        renamed.sort_unstable();
        Ok(Ratings::from_sorted(self.scale, Arc::new(users), Arc::new(items), renamed.into_iter()))
    }
}
