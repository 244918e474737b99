//! Messages with numbers that only the compiler knows.

use super::value::FREE;
use super::value::{BELOW_ZERO, BY_ZERO, LARGEST, REPORTED, TOO_LARGE};

/// A part of a message.
///
/// ```should_panic
/// # use plumbline::check::{Piece, fail};
/// fail(&[Piece::Text("expected 3, found "), Piece::Size(4)])
/// ```
#[derive(Clone, Copy, Debug)]
pub enum Piece {
    /// Text as it is.
    Text(&'static str),
    /// A number in decimals; `_` where it is free or reported already, else why there is none: `below zero`.
    Size(usize),
    /// A number in decimals, whatever a size of that number stands for.
    Number(usize),
    /// Sizes in brackets: `[1, 28, 28]`.
    Shape(&'static [usize]),
}

/// Messages are cut off here; longer ones do not occur.
const CAPACITY: usize = 2048;

struct Buffer {
    bytes: [u8; CAPACITY],
    length: usize,
}

impl Buffer {
    const fn push(&mut self, byte: u8) {
        if self.length < CAPACITY {
            self.bytes[self.length] = byte;
            self.length += 1;
        }
    }

    const fn push_text(&mut self, text: &str) {
        let (bytes, mut index) = (text.as_bytes(), 0);
        while index < bytes.len() {
            self.push(bytes[index]);
            index += 1;
        }
    }

    const fn push_decimal(&mut self, number: usize) {
        if number >= 10 {
            self.push_decimal(number / 10);
        }
        // A digit is below 10.
        self.push(b'0' + (number % 10) as u8);
    }

    const fn push_size(&mut self, size: usize) {
        match size {
            FREE | REPORTED => self.push(b'_'),
            BELOW_ZERO => self.push_text("below zero"),
            BY_ZERO => self.push_text("divided by zero"),
            TOO_LARGE => {
                self.push_text("above ");
                self.push_decimal(LARGEST);
            }
            size => self.push_decimal(size),
        }
    }

    const fn push_shape(&mut self, shape: &[usize]) {
        let mut index = 0;
        self.push(b'[');
        while index < shape.len() {
            if index > 0 {
                self.push_text(", ");
            }
            self.push_size(shape[index]);
            index += 1;
        }
        self.push(b']');
    }

    /// What was written; without its last character where that was cut in two.
    const fn text(&self) -> &str {
        let (mut text, _) = self.bytes.split_at(self.length);
        loop {
            match core::str::from_utf8(text) {
                Ok(text) => return text,
                Err(error) => (text, _) = text.split_at(error.valid_up_to()),
            }
        }
    }
}

/// The text of a message about sizes that the running program knows.
///
/// ```
/// # use plumbline::check::{Piece, describe};
/// assert_eq!(describe(&[Piece::Text("expected 3, found "), Piece::Size(4)]), "expected 3, found 4");
/// ```
pub fn describe(pieces: &[Piece]) -> String {
    write(pieces).text().to_owned()
}

/// Ends the evaluation of a constant with a message. The error is the caller's, so that its span is what the
/// compiler underlines.
///
/// Only checks that the `network!` macro writes call it, in constants: it is how they report, and no program runs it.
///
/// ```compile_fail
/// # use plumbline::check::{Piece, fail};
/// const WIDTH: usize = 4;
/// const _: () = if WIDTH != 3 { fail(&[Piece::Text("expected 3, found "), Piece::Size(WIDTH)]) };
/// ```
#[track_caller]
pub const fn fail(pieces: &[Piece]) -> ! {
    panic!("{}", write(pieces).text())
}

const fn write(pieces: &[Piece]) -> Buffer {
    let (mut buffer, mut index) = (Buffer { bytes: [0; CAPACITY], length: 0 }, 0);
    while index < pieces.len() {
        match pieces[index] {
            Piece::Text(text) => buffer.push_text(text),
            Piece::Size(size) => buffer.push_size(size),
            Piece::Number(number) => buffer.push_decimal(number),
            Piece::Shape(shape) => buffer.push_shape(shape),
        }
        index += 1;
    }
    buffer
}

#[cfg(test)]
mod tests {
    use super::{BELOW_ZERO, BY_ZERO, FREE, Piece, REPORTED, TOO_LARGE, describe, fail};

    #[test]
    #[should_panic(expected = "3 × 40 is not _, nor 0")]
    fn a_message_holds_text_beyond_ascii_and_numbers_in_decimals() {
        let text = Piece::Text;
        let sizes = [3, 40, REPORTED, 0].map(Piece::Size);
        fail(&[sizes[0], text(" × "), sizes[1], text(" is not "), sizes[2], text(", nor "), sizes[3]])
    }

    #[test]
    fn why_a_size_has_no_value_is_said_in_words() {
        let shape = Piece::Shape(&[FREE, BELOW_ZERO, BY_ZERO, TOO_LARGE, 7]);
        assert_eq!(describe(&[Piece::Number(FREE)]), FREE.to_string());
        assert_eq!(describe(&[shape]), "[_, below zero, divided by zero, above 4294967296, 7]");
    }
}
