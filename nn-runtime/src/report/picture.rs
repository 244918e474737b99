//! Images in a terminal.

use std::fmt;

use crate::Element;

/// Grey images side by side, two pixels a character: the upper and the lower half of a block are filled where
/// the pixel is brighter than 1/2.
///
/// ```
/// use plumbline::report::Picture;
/// let cross = [0.0, 1.0, 0.0, 1.0, 1.0, 1.0, 0.0, 1.0, 0.0];
/// let picture = Picture::new(3, &cross).beside(Picture::new(3, &cross));
/// assert_eq!(picture.to_string(), "▄█▄  ▄█▄\n ▀    ▀ \n");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    columns: usize,
    /// Row after row; whether a pixel is bright.
    pixels: Vec<bool>,
}

/// Dark columns between two images.
const GAP: usize = 2;

impl Picture {
    /// An image of `columns` columns from its pixels, row after row, from 0 (dark) to 1 (bright). A last row that is not
    /// complete ends dark.
    pub fn new<E: Element>(columns: usize, pixels: &[E]) -> Picture {
        let columns = columns.max(1);
        let mut pixels: Vec<bool> = pixels.iter().map(|pixel| pixel.as_f64() > 0.5).collect();
        pixels.resize(pixels.len().next_multiple_of(columns), false);
        Picture { columns, pixels }
    }

    /// This image with another one to its right.
    #[must_use]
    pub fn beside(self, right: Picture) -> Picture {
        let columns = self.columns + GAP + right.columns;
        let rows = self.rows().max(right.rows());
        let pixel = |index: usize| match (index / columns, index % columns) {
            (row, column) if column < self.columns => self.pixel(row, column),
            (row, column) => column.checked_sub(self.columns + GAP).is_some_and(|column| right.pixel(row, column)),
        };
        Picture { columns, pixels: (0..rows * columns).map(pixel).collect() }
    }

    fn rows(&self) -> usize {
        self.pixels.len() / self.columns
    }

    /// Dark below the last row.
    fn pixel(&self, row: usize, column: usize) -> bool {
        self.pixels.get(row * self.columns + column).copied().unwrap_or(false)
    }
}

impl fmt::Display for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for row in (0..self.rows()).step_by(2) {
            for column in 0..self.columns {
                f.write_str(match (self.pixel(row, column), self.pixel(row + 1, column)) {
                    (false, false) => " ",
                    (true, false) => "▀",
                    (false, true) => "▄",
                    (true, true) => "█",
                })?;
            }
            f.write_str("\n")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_of_different_heights_stand_on_one_line() {
        let tall = Picture::new(1, &[1.0; 4]);
        let flat = Picture::new(2, &[1.0_f32; 4]);
        assert_eq!(tall.beside(flat).to_string(), "█  ██\n█    \n");
    }

    #[test]
    fn an_incomplete_row_ends_dark() {
        assert_eq!(Picture::new(2, &[1.0, 1.0, 1.0]).to_string(), "█▀\n");
        assert_eq!(Picture::new(0, &[1.0]).to_string(), "▀\n");
    }
}
