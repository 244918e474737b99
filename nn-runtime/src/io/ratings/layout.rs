//! Where in a line the fields are.

use csv::StringRecord;

use super::RatingsFault;

/// The bytes of a first line that are looked at to tell the layout.
pub(super) const LONGEST: u64 = 1 << 16;

/// What is between fields, and whether the first line names them; told by the first line where it is not known.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Layout {
    pub(super) separator: Option<Separator>,
    pub(super) header: Option<bool>,
}

impl Layout {
    pub(super) fn of(&self, first: &[u8]) -> (Separator, bool) {
        let first = String::from_utf8_lossy(first);
        let separator = self.separator.unwrap_or(match first {
            ref line if line.contains("::") => Separator::Colons,
            ref line if line.contains('\t') => Separator::Tab,
            _ => Separator::Comma,
        });
        let header = self.header.unwrap_or_else(|| {
            let third = first.split(separator.text()).nth(2).unwrap_or_default();
            third.trim().parse::<f64>().is_err()
        });
        (separator, header)
    }
}

/// What is between two fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Separator {
    Comma,
    Tab,
    Colons,
}

impl Separator {
    fn text(self) -> &'static str {
        match self {
            Separator::Comma => ",",
            Separator::Tab => "\t",
            Separator::Colons => "::",
        }
    }

    pub(super) fn byte(self) -> u8 {
        self.text().as_bytes()[0]
    }

    /// The fields of a line.
    pub(super) fn fields(self, record: &StringRecord, line: u64) -> Result<Vec<&str>, RatingsFault> {
        if self != Separator::Colons {
            return Ok(record.iter().collect());
        }
        // Between the two colons is an empty field.
        let between = record.iter().enumerate().skip(1).step_by(2).find(|(_, field)| !field.is_empty());
        match between {
            Some((place, field)) => {
                let (expected, found) = ("`::` between fields", format!(":{field}:"));
                Err(RatingsFault::Field { line, column: place.div_ceil(2), expected, found })
            }
            None => Ok(record.iter().step_by(2).collect()),
        }
    }
}

/// The places of the columns, from 0.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) user: usize,
    pub(super) item: usize,
    pub(super) rating: usize,
    pub(super) time: Option<usize>,
    count: usize,
}

/// The names that a column may have: the first is what an error asks for.
const USER: &[&str] = &["userId", "user_id", "user"];
const ITEM: &[&str] = &["movieId", "movie_id", "movie", "itemId", "item_id", "item"];
const RATING: &[&str] = &["rating"];
const TIME: &[&str] = &["timestamp"];

impl Columns {
    /// The columns that the first line tells.
    pub(super) fn of(
        fields: &[&str],
        header: bool,
        names: Option<&[String; 3]>,
        line: u64,
    ) -> Result<Self, RatingsFault> {
        let count = fields.len();
        if !header {
            return match count {
                3 | 4 => Ok(Columns { user: 0, item: 1, rating: 2, time: (count == 4).then_some(3), count }),
                found => Err(RatingsFault::Fields { line, expected: "3 or 4".into(), found }),
            };
        }
        let place =
            |names: &[&str]| fields.iter().position(|field| names.iter().any(|n| n.eq_ignore_ascii_case(field)));
        let missing = |expected: &str| RatingsFault::Header {
            line,
            expected: expected.to_owned(),
            found: fields.iter().map(|&field| field.to_owned()).collect(),
        };
        let [user, item, rating] = match names {
            None => [USER, ITEM, RATING].map(|names| place(names).ok_or_else(|| missing(names[0]))),
            Some(names) => {
                names.each_ref().map(|name| fields.iter().position(|field| field == name).ok_or_else(|| missing(name)))
            }
        };
        Ok(Columns { user: user?, item: item?, rating: rating?, time: place(TIME), count })
    }

    /// Asks that a line has as many fields as the first.
    pub(super) fn check(&self, fields: &[&str], line: u64) -> Result<(), RatingsFault> {
        if fields.len() == self.count {
            return Ok(());
        }
        Err(RatingsFault::Fields { line, expected: self.count.to_string(), found: fields.len() })
    }
}
