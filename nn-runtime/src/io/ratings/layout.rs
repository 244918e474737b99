//! Where in a line the fields are.

use csv::{ReaderBuilder, StringRecord, Terminator, Trim};

use super::RatingsFault;

/// What is between fields, and whether the first line names them; told by the first line where it is not known.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Layout {
    pub(super) separator: Option<Separator>,
    pub(super) header: Option<bool>,
}

impl Layout {
    /// The layout of a file whose first line with anything in it is `first`.
    pub(super) fn of(&self, first: &[u8]) -> (Separator, bool) {
        let first = String::from_utf8_lossy(first);
        let separator = self.separator.unwrap_or_else(|| Separator::of(&first));
        let header = self.header.unwrap_or_else(|| {
            let fields = separator.split(&first);
            separator.number(fields.get(2).map_or("", |field| field)).is_none()
        });
        (separator, header)
    }
}

/// What is between two fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Separator {
    Comma,
    Semicolon,
    Tab,
    Colons,
}

impl Separator {
    /// The one that the first line tells: the one that makes three fields of it or more, and of commas and semicolons the one that makes more. What
    /// stands in quotes separates nothing.
    fn of(first: &str) -> Self {
        let count = |separator: Separator| separator.split(first).len();
        let [commas, semicolons] = [Separator::Comma, Separator::Semicolon].map(count);
        let sure = [Separator::Colons, Separator::Tab].into_iter().find(|&separator| count(separator) >= 3);
        sure.unwrap_or(if semicolons > commas { Separator::Semicolon } else { Separator::Comma })
    }

    /// The fields of a line, without the quotes around them.
    fn split(self, line: &str) -> Vec<String> {
        let mut record = StringRecord::new();
        let mut lines = self.reader().from_reader(line.trim().as_bytes());
        match lines.read_record(&mut record) {
            Ok(true) => self.fields(&record).into_iter().map(str::to_owned).collect(),
            _ => Vec::new(),
        }
    }

    /// How lines are cut.
    pub(super) fn reader(self) -> ReaderBuilder {
        let mut builder = ReaderBuilder::new();
        builder.delimiter(self.byte()).quoting(self.quotes()).has_headers(false).flexible(true);
        // A carriage return before it is trimmed.
        builder.terminator(Terminator::Any(b'\n')).trim(Trim::All);
        builder
    }

    /// Whether a separator or the end of a line in quotes is part of a field.
    pub(super) fn quotes(self) -> bool {
        matches!(self, Separator::Comma | Separator::Semicolon)
    }

    /// A field without the quotes around it. Between tabs, where a quote is a letter, that is one at its begin and one at its end.
    fn plain(self, field: &str) -> &str {
        let inner = field.strip_prefix('"').and_then(|field| field.strip_suffix('"'));
        inner.filter(|_| self == Separator::Tab).unwrap_or(field)
    }

    /// The number that a field holds. Where semicolons separate, a comma may stand before its decimals.
    pub(super) fn number(self, field: &str) -> Option<f64> {
        let number = field.parse().ok();
        match self {
            Separator::Semicolon => number.or_else(|| field.replacen(',', ".", 1).parse().ok()),
            _ => number,
        }
    }

    /// What the CSV reader cuts at. It knows separators of one byte alone: where two colons separate, it cuts at a character that no text has.
    pub(super) fn byte(self) -> u8 {
        match self {
            Separator::Comma => b',',
            Separator::Semicolon => b';',
            Separator::Tab => b'\t',
            Separator::Colons => 0x1f,
        }
    }

    /// The fields of a line.
    pub(super) fn fields(self, record: &StringRecord) -> Vec<&str> {
        match self {
            // The line is one field.
            Separator::Colons => record.as_slice().split("::").map(str::trim).collect(),
            _ => record.iter().map(|field| self.plain(field)).collect(),
        }
    }
}

/// The places of the columns, from 0.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) user: usize,
    pub(super) item: usize,
    pub(super) rating: usize,
    count: usize,
}

/// The names that a column may have: the first is what an error asks for.
const USER: &[&str] = &["userId", "user_id", "user"];
const ITEM: &[&str] = &["movieId", "movie_id", "movie", "itemId", "item_id", "item"];
const RATING: &[&str] = &["rating"];

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
                3 | 4 => Ok(Columns { user: 0, item: 1, rating: 2, count }),
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
        Ok(Columns { user: user?, item: item?, rating: rating?, count })
    }

    /// Asks that a line has as many fields as the first.
    pub(super) fn check(&self, fields: &[&str], line: u64) -> Result<(), RatingsFault> {
        if fields.len() == self.count {
            return Ok(());
        }
        Err(RatingsFault::Fields { line, expected: self.count.to_string(), found: fields.len() })
    }
}
