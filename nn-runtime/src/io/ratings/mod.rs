//! Ratings from text: CSV, TSV, and the layouts of MovieLens.

mod error;
mod guard;
mod layout;

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Cursor, Read},
    path::Path,
};

use csv::{ErrorKind, StringRecord};

pub use error::{RatingsError, RatingsFault};
use guard::{Guard, LONGEST, passed};
use layout::{Columns, Layout, Separator};

use crate::data::{Entry, Names, Rating, RatingError, RatingScale, Ratings, assemble};

/// Reads ratings, a line each: a user, an item, a rating and, if it is there, a time, which is passed over, whatever it looks like. Users and items are
/// names, whatever they look like.
///
/// | | layout |
/// |---|---|
/// | [`new`](RatingsReader::new) | any of those below, told by the first line that is not empty: `::` or tabs where they make three fields of it, else commas or semicolons, whichever make more; a header if its third field is no number, in quotes or not |
/// | [`csv`](RatingsReader::csv) | commas and a header, such as `userId,movieId,rating,timestamp` of MovieLens' `ratings.csv`; fields may be quoted |
/// | [`semicolons`](RatingsReader::semicolons) | semicolons and a header; fields may be quoted, and ratings may have a decimal comma |
/// | [`tsv`](RatingsReader::tsv) | tabs and a header; quotes are letters, but for those around a whole field |
/// | [`u_data`](RatingsReader::u_data) | tabs, no header: MovieLens 100K's `u.data`, user, item, rating, time |
/// | [`movielens_1m`](RatingsReader::movielens_1m) | `::`, no header: MovieLens 1M's `ratings.dat` |
///
/// With a header, columns are found by name: `userId`, `user_id` or `user`; `movieId`, `movie_id`, `movie`, `itemId`, `item_id` or `item`; `rating`; in any
/// case, others are passed over. [`columns`](RatingsReader::columns) sets other names. Without one they are the first three of three or four.
///
/// Lines end with a line feed, before which a carriage return may stand; empty ones, and a byte order mark at the beginning, are passed over. A line has at most
/// a mebibyte, and so have the lines that a quoted field runs over. A quote inside a quoted field is written twice.
///
/// The scale is [`RatingScale::STARS`] where all ratings are on it, else [`RatingScale::HALF_STARS`]; [`scale`](RatingsReader::scale) sets it.
///
/// ```
/// use plumbline::{data::RatingScale, io::RatingsReader};
/// let ratings = RatingsReader::new().from_reader("196\t242\t3\t881250949\n186\t302\t3\t891717742\n".as_bytes())?;
/// assert_eq!((ratings.users(), ratings.user("186"), ratings.scale()), (2, Some(1), RatingScale::STARS));
/// let file = "stars,title,who\n4.5,\"Good, the Bad and the Ugly, The\",Ann\n";
/// let ratings = RatingsReader::csv().columns("who", "title", "stars").from_reader(file.as_bytes())?;
/// assert_eq!(ratings.item_name(0), Some("Good, the Bad and the Ugly, The"));
/// # Ok::<(), plumbline::io::RatingsError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct RatingsReader {
    layout: Layout,
    columns: Option<[String; 3]>,
    scale: Option<RatingScale>,
}

impl RatingsReader {
    /// Any layout.
    pub fn new() -> Self {
        RatingsReader::default()
    }

    fn with(separator: Separator, header: bool) -> Self {
        RatingsReader {
            layout: Layout { separator: Some(separator), header: Some(header) },
            ..RatingsReader::default()
        }
    }

    /// Fields between commas, and a header.
    pub fn csv() -> Self {
        RatingsReader::with(Separator::Comma, true)
    }

    /// Fields between semicolons, and a header: the CSV of countries that write a comma before decimals.
    pub fn semicolons() -> Self {
        RatingsReader::with(Separator::Semicolon, true)
    }

    /// Fields between tabs, and a header.
    pub fn tsv() -> Self {
        RatingsReader::with(Separator::Tab, true)
    }

    /// User, item, rating and time between tabs, no header.
    pub fn u_data() -> Self {
        RatingsReader::with(Separator::Tab, false)
    }

    /// User, item, rating and time between `::`, no header.
    pub fn movielens_1m() -> Self {
        RatingsReader::with(Separator::Colons, false)
    }

    /// There is no header: the first line is a rating.
    #[must_use]
    pub fn without_header(mut self) -> Self {
        self.layout.header = Some(false);
        self.columns = None;
        self
    }

    /// There is a header, and these are the names in it, exactly.
    #[must_use]
    pub fn columns(mut self, user: &str, item: &str, rating: &str) -> Self {
        self.layout.header = Some(true);
        self.columns = Some([user, item, rating].map(str::to_owned));
        self
    }

    /// Sets the scale.
    #[must_use]
    pub fn scale(mut self, scale: RatingScale) -> Self {
        self.scale = Some(scale);
        self
    }

    /// The ratings of a file.
    ///
    /// # Errors
    ///
    /// [`RatingsError`] says in which line what was expected and found: a field that is missing or empty, a rating that is no number (NaN among them) or none
    /// of the scale's, two ratings of an item by a user, a line without an end, a quote that is never closed, or no ratings at all.
    pub fn read(&self, path: impl AsRef<Path>) -> Result<Ratings, RatingsError> {
        let path = path.as_ref();
        let file = File::open(path).map_err(RatingsFault::Io);
        let ratings = file.and_then(|file| self.parse(file));
        ratings.map_err(|fault| RatingsError { path: Some(path.to_path_buf()), fault })
    }

    /// The ratings that `reader` yields.
    ///
    /// # Errors
    ///
    /// As [`RatingsReader::read`].
    pub fn from_reader(&self, reader: impl Read) -> Result<Ratings, RatingsError> {
        self.parse(reader).map_err(|fault| RatingsError { path: None, fault })
    }

    fn parse(&self, reader: impl Read) -> Result<Ratings, RatingsFault> {
        let mut reader = BufReader::new(reader);
        let (first, skipped) = first_line(&mut reader)?;
        let (separator, header) = self.layout.of(&first);
        let quotes = separator.quotes().then_some(separator.byte());
        // Every line ends, so that the line after a record is that of its end and one.
        let text = Guard::new(Cursor::new(first).chain(reader), quotes, skipped + 1).chain(&b"\n"[..]);
        let mut lines = separator.reader().from_reader(text);
        let mut record = StringRecord::new();
        let mut table = Table::new(self.scale.unwrap_or(RatingScale::HALF_STARS));
        let mut columns = None;
        loop {
            let read = lines.read_record(&mut record);
            let line = skipped + lines.position().line().saturating_sub(1);
            if !read.map_err(|error| fault(error, line))? {
                break;
            }
            let fields = separator.fields(&record);
            if fields == [""] {
                continue;
            }
            match &columns {
                None => {
                    columns = Some(Columns::of(&fields, header, self.columns.as_ref(), line)?);
                    if header {
                        continue;
                    }
                }
                Some(columns) => columns.check(&fields, line)?,
            }
            if let Some(columns) = &columns {
                table.push(columns, &fields, separator, line)?;
            }
        }
        table.finish(self.scale.is_none().then_some(RatingScale::STARS))
    }
}

/// What the csv crate has to say.
fn fault(error: csv::Error, line: u64) -> RatingsFault {
    match error.into_kind() {
        ErrorKind::Utf8 { .. } => RatingsFault::Text { line },
        // The error of the reader below comes back as it went in.
        ErrorKind::Io(error) => passed(error),
        // The others are of headers, lengths and places that nobody asked it about.
        other => RatingsFault::Io(io::Error::other(format!("{other:?}"))),
    }
}

/// The first line that is not empty, without a byte order mark before it, and the number of those before it.
fn first_line(reader: &mut impl BufRead) -> Result<(Vec<u8>, u64), RatingsFault> {
    let (mut first, mut skipped) = (Vec::new(), 0);
    loop {
        first.clear();
        // One byte more than a line may have, so that the guard sees that it is too long.
        let read = reader.take(LONGEST as u64 + 1).read_until(b'\n', &mut first).map_err(RatingsFault::Io)?;
        if skipped == 0 && first.starts_with("\u{feff}".as_bytes()) {
            first.drain(.."\u{feff}".len());
        }
        if read == 0 || !first.trim_ascii().is_empty() {
            return Ok((first, skipped));
        }
        skipped += u64::from(first.ends_with(b"\n"));
    }
}

/// The ratings so far.
struct Table {
    users: Names,
    items: Names,
    /// Each with its line as its place.
    entries: Vec<Entry>,
    /// The scale that was set, or the one that holds all others.
    scale: RatingScale,
}

impl Table {
    fn new(scale: RatingScale) -> Self {
        Table { users: Names::default(), items: Names::default(), entries: Vec::new(), scale }
    }

    fn push(
        &mut self,
        columns: &Columns,
        fields: &[&str],
        separator: Separator,
        line: u64,
    ) -> Result<(), RatingsFault> {
        let name = |column: usize, expected| match fields[column] {
            "" => Err(RatingsFault::Field { line, column: column + 1, expected, found: String::new() }),
            name => Ok(name),
        };
        let (user, item) = (name(columns.user, "the name of a user")?, name(columns.item, "the name of an item")?);
        let found = fields[columns.rating];
        let Some(level) = separator.number(found).and_then(|rating| self.scale.level(rating)) else {
            let (column, expected) = (columns.rating + 1, self.scale.to_string());
            return Err(RatingsFault::Rating { line, column, expected, found: found.to_owned() });
        };
        let rating = Rating { item: self.items.intern(item), level };
        self.entries.push(Entry { user: self.users.intern(user), rating, place: line as usize });
        Ok(())
    }

    /// The ratings, on a narrower scale if all of them are on it.
    fn finish(mut self, narrower: Option<RatingScale>) -> Result<Ratings, RatingsFault> {
        let scale = self.scale;
        let level = |entry: &Entry| narrower?.level(scale.rating(entry.rating.level as f64));
        let levels: Option<Vec<usize>> = self.entries.iter().map(level).collect();
        if let (Some(narrower), Some(levels)) = (narrower, levels) {
            self.entries.iter_mut().zip(levels).for_each(|(entry, level)| entry.rating.level = level);
            self.scale = narrower;
        }
        assemble(self.scale, self.users, self.items, self.entries).map_err(|error| match error {
            RatingError::Duplicate { user, item, first, second } => {
                RatingsFault::Duplicate { line: second as u64, first: first as u64, user, item }
            }
            // The one other error of putting checked ratings together.
            _ => RatingsFault::Empty,
        })
    }
}
