//! What can be wrong with ratings.

use super::RatingScale;

/// Ratings that cannot be taken.
///
/// ```
/// use plumbline::data::{RatingScale, Ratings};
/// let error = Ratings::new(RatingScale::STARS, [("Ann", "Alien", 4.0), ("Ben", "Brazil", 6.0)]).unwrap_err();
/// assert_eq!(error.to_string(), "expected a rating of 1, 2, …, 5, found 6 by `Ben` of `Brazil`");
/// ```
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum RatingError {
    /// A number that is none of the scale's.
    #[error("expected a rating of {expected}, found {found} by `{user}` of `{item}`")]
    Rating {
        /// The scale.
        expected: RatingScale,
        /// The number found.
        found: f64,
        /// Who gave it.
        user: String,
        /// What it was given to.
        item: String,
    },
    /// A user who rated an item twice.
    #[error("expected one rating by `{user}` of `{item}`, found two, at {first} and {second}")]
    Duplicate {
        /// The user.
        user: String,
        /// The item.
        item: String,
        /// The place of the first among the ratings, from 0.
        first: usize,
        /// The place of the second.
        second: usize,
    },
    /// A user without ratings.
    #[error("expected ratings by `{user}`, found none")]
    EmptyUser {
        /// The user.
        user: String,
    },
    /// No ratings at all.
    #[error("expected ratings, found none")]
    Empty,
    /// A name that is not known.
    #[error("expected {expected}, found `{found}`")]
    Unknown {
        /// Whose names are known.
        expected: &'static str,
        /// The name found.
        found: String,
    },
    /// A scale that has no meaning.
    #[error(
        "expected a finite scale of at least 2 levels with a step above 0, found {levels} levels from {least} by {step}"
    )]
    Scale {
        /// The least rating.
        least: f64,
        /// The distance between two.
        step: f64,
        /// The levels.
        levels: usize,
    },
    /// There is no memory for a number for each level of each item.
    #[error("expected memory for {levels} levels of {items} items, found too little")]
    Memory {
        /// The items.
        items: usize,
        /// The levels of the scale.
        levels: usize,
    },
    /// Ratings on different scales.
    #[error("expected ratings on the scale {expected}, found the scale {found}")]
    Scales {
        /// The one scale.
        expected: RatingScale,
        /// The other.
        found: RatingScale,
    },
    /// An option that has no meaning.
    #[error("expected `{option}` to be {expected}, found {found}")]
    Option {
        /// The argument.
        option: &'static str,
        /// What it may be.
        expected: &'static str,
        /// What it is.
        found: f64,
    },
}
