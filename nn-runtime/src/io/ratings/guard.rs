//! Text that is watched on its way to the CSV reader, which takes lines of any length and quotes that are never closed.

use std::io::{self, BufRead, Read};

use super::RatingsFault;

/// The most bytes of a line, or of several that one quoted field runs over: a mebibyte.
pub(super) const LONGEST: usize = 1 << 20;

/// Passes bytes on, and fails at a record that does not end.
pub(super) struct Guard<R> {
    reader: R,
    /// What is between fields, where fields may be quoted.
    separator: Option<u8>,
    place: Place,
    /// The line, from 1, and the one in which the last quote opened.
    line: u64,
    opened: u64,
    /// The bytes of this record so far.
    length: usize,
}

/// Where in a record a byte stands, as the CSV reader sees it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Start,
    Plain,
    Quoted,
    /// Behind a quote in a quoted field: another one makes it a letter, all else ends the field.
    Quote,
}

/// A fault on its way through the CSV reader.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
struct Passing(RatingsFault);

/// The fault that a [`Guard`] found, if that is what an error is.
pub(super) fn passed(error: io::Error) -> RatingsFault {
    match error.downcast::<Passing>() {
        Ok(Passing(fault)) => fault,
        Err(error) => RatingsFault::Io(error),
    }
}

impl<R> Guard<R> {
    /// Watches what begins in the line `line`; quotes count where `separator` is given.
    pub(super) fn new(reader: R, separator: Option<u8>, line: u64) -> Self {
        Guard { reader, separator, place: Place::Start, line, opened: line, length: 0 }
    }

    fn watch(&mut self, bytes: &[u8]) -> Result<(), RatingsFault> {
        for &byte in bytes {
            self.length += 1;
            let end = byte == b'\n';
            self.line += u64::from(end);
            let start = if end || Some(byte) == self.separator { Place::Start } else { Place::Plain };
            self.place = match (self.place, byte) {
                (Place::Quoted, b'"') => Place::Quote,
                (Place::Quoted, _) => Place::Quoted,
                (Place::Quote, b'"') => Place::Quoted,
                (Place::Start, b'"') if self.separator.is_some() => {
                    self.opened = self.line;
                    Place::Quoted
                }
                _ => start,
            };
            if end && self.place == Place::Start {
                self.length = 0;
            } else if self.length > LONGEST {
                return Err(match self.place {
                    Place::Quoted => RatingsFault::Quote { line: self.opened, until: "a mebibyte behind it" },
                    _ => RatingsFault::Long { line: self.line, limit: LONGEST },
                });
            }
        }
        Ok(())
    }
}

impl<R: BufRead> Read for Guard<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        let end = read == 0 && !buffer.is_empty();
        let watched = match self.place {
            Place::Quoted if end => Err(RatingsFault::Quote { line: self.opened, until: "the end of the file" }),
            _ => self.watch(&buffer[..read]),
        };
        watched.map_err(|fault| io::Error::other(Passing(fault)))?;
        Ok(read)
    }
}
