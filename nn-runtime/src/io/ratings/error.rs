//! What can be wrong with a file of ratings.

use std::{io, path::PathBuf};

use crate::io::Origin;

/// Ratings that cannot be read.
///
/// ```
/// use plumbline::io::RatingsReader;
/// let file = "userId,movieId,rating\n1,31,2.5\n1,1029,nan\n";
/// let error = RatingsReader::csv().from_reader(file.as_bytes()).unwrap_err();
/// assert_eq!(error.to_string(), "line 3, column 3: expected a rating of 0.5, 1, …, 5, found `nan`");
/// ```
#[derive(Debug, thiserror::Error)]
#[error("{}{fault}", Origin(path.as_deref()))]
pub struct RatingsError {
    /// The file, where there is one.
    pub path: Option<PathBuf>,
    /// What is wrong with it.
    pub fault: RatingsFault,
}

/// What is wrong with a file of ratings. Lines and columns count from 1; a column is a field of a line.
#[derive(Debug, thiserror::Error)]
pub enum RatingsFault {
    /// The file cannot be read.
    #[error("cannot be read: {0}")]
    Io(io::Error),
    /// No line but, perhaps, the header.
    #[error("expected ratings, found none")]
    Empty,
    /// Bytes that are no text.
    #[error("line {line}: expected text in UTF-8, found other bytes")]
    Text {
        /// The line.
        line: u64,
    },
    /// A line without an end, as in a file that is no text.
    #[error("line {line}: expected at most {limit} bytes, found more; are these ratings, a line each?")]
    Long {
        /// The line.
        line: u64,
        /// The most that a line may have.
        limit: usize,
    },
    /// A quote that is opened and never closed.
    #[error("line {line}: expected a `\"` that closes the field which one opens, found none up to {until}")]
    Quote {
        /// The line of the quote that opens.
        line: u64,
        /// How far it was looked for.
        until: &'static str,
    },
    /// A header without a column that is needed.
    #[error("line {line}: expected a column `{expected}`, found {}", Columns(found))]
    Header {
        /// The line.
        line: u64,
        /// The column's name.
        expected: String,
        /// The names found.
        found: Vec<String>,
    },
    /// A line with more or fewer fields than the first, or than a layout has.
    #[error("line {line}: expected {expected} fields, found {found}")]
    Fields {
        /// The line.
        line: u64,
        /// How many there should be: a number, or several.
        expected: String,
        /// How many there are.
        found: usize,
    },
    /// A user or item without a name.
    #[error("line {line}, column {column}: expected {expected}, found `{found}`")]
    Field {
        /// The line.
        line: u64,
        /// The column.
        column: usize,
        /// What should be there.
        expected: &'static str,
        /// What is there.
        found: String,
    },
    /// A rating that is no number, or none of the scale's.
    #[error("line {line}, column {column}: expected a rating of {expected}, found `{found}`")]
    Rating {
        /// The line.
        line: u64,
        /// The column.
        column: usize,
        /// The scale.
        expected: String,
        /// What is there.
        found: String,
    },
    /// A user who rated an item twice.
    #[error("line {line}: expected one rating by `{user}` of `{item}`, found another in line {first}")]
    Duplicate {
        /// The line of the second.
        line: u64,
        /// The line of the first.
        first: u64,
        /// The user.
        user: String,
        /// The item.
        item: String,
    },
}

/// Names in backticks.
struct Columns<'a>(&'a [String]);

impl std::fmt::Display for Columns<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (place, name) in self.0.iter().enumerate() {
            write!(f, "{}`{name}`", if place == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}
