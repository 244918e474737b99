//! The plane in a terminal.

use std::{fmt, ops::Range};

/// A part of the plane as text: the regions in which a classifier decides for each class, and points of each class on top.
///
/// ```
/// use plumbline::report::Plot;
/// let plot = Plot::new(0.0..4.0, 0.0..2.0, 4, 2)
///     .regions(|centres| centres.iter().map(|[x, _]| usize::from(*x > 2.0)).collect())
///     .point([0.5, 1.5], 0)
///     .point([3.5, 0.5], 1);
/// assert_eq!(plot.to_string(), "o ░░\n  ░x\n");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Plot {
    x: Range<f64>,
    y: Range<f64>,
    columns: usize,
    rows: usize,
    /// Row after row, the topmost first.
    cells: Vec<char>,
}

/// How a region of each class looks; classes beyond begin anew.
const REGIONS: [char; 4] = [' ', '░', '▒', '▓'];

/// How a point of each class looks; classes beyond begin anew.
const POINTS: [char; 4] = ['o', 'x', '+', '*'];

impl Plot {
    /// An empty plot of the rectangle `x` × `y` in `columns` × `rows` characters.
    pub fn new(x: Range<f64>, y: Range<f64>, columns: usize, rows: usize) -> Plot {
        Plot { x, y, columns, rows, cells: vec![REGIONS[0]; columns * rows] }
    }

    /// Fills each character by the class of its centre. `classes` gets all centres at once, as a batch.
    #[must_use]
    pub fn regions(mut self, classes: impl FnOnce(&[[f64; 2]]) -> Vec<usize>) -> Plot {
        let centre = |index: usize| {
            let (column, row) = (index % self.columns, index / self.columns);
            let along = |range: &Range<f64>, at: usize, of: usize| {
                range.start + (range.end - range.start) * (at as f64 + 0.5) / of as f64
            };
            [along(&self.x, column, self.columns), along(&self.y, self.rows - 1 - row, self.rows)]
        };
        let centres: Vec<[f64; 2]> = (0..self.cells.len()).map(centre).collect();
        for (cell, class) in self.cells.iter_mut().zip(classes(&centres)) {
            *cell = REGIONS[class % REGIONS.len()];
        }
        self
    }

    /// Puts a point of a class on top; a point outside of the rectangle is left out.
    #[must_use]
    pub fn point(mut self, [x, y]: [f64; 2], class: usize) -> Plot {
        let along = |range: &Range<f64>, value: f64, of: usize| {
            let at = (value - range.start) / (range.end - range.start);
            (0.0..1.0).contains(&at).then(|| ((at * of as f64) as usize).min(of.saturating_sub(1)))
        };
        if let (Some(column), Some(row)) = (along(&self.x, x, self.columns), along(&self.y, y, self.rows)) {
            let index = (self.rows.saturating_sub(1) - row) * self.columns + column;
            if let Some(cell) = self.cells.get_mut(index) {
                *cell = POINTS[class % POINTS.len()];
            }
        }
        self
    }
}

impl fmt::Display for Plot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for row in self.cells.chunks(self.columns.max(1)) {
            writeln!(f, "{}", row.iter().collect::<String>())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_outside_are_left_out() {
        let plot = Plot::new(0.0..1.0, 0.0..1.0, 2, 2);
        let outside = [[1.0, 0.5], [-0.1, 0.5], [0.5, 2.0], [f64::NAN, 0.5]];
        let drawn = outside.into_iter().fold(plot.clone(), |plot, point| plot.point(point, 0));
        assert_eq!(drawn, plot);
    }

    #[test]
    fn a_plot_without_area_is_empty() {
        let plot = Plot::new(0.0..1.0, 0.0..1.0, 0, 0).regions(|centres| vec![0; centres.len()]).point([0.5, 0.5], 0);
        assert_eq!(plot.to_string(), "");
    }
}
