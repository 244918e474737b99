//! Rows of a table, by index.

use crate::kernels::{Element, elementwise};

/// The row of `rows` that a number stands for: of what is no index, the nearest that is one, and 0 for NaN.
#[inline(always)]
fn row<E: Element>(x: E, rows: usize) -> usize {
    // The cast brings negative numbers to 0, and those without bound to the last that there is.
    (x.as_f64() as usize).min(rows.saturating_sub(1))
}

/// y = the rows of `table`, of `width` numbers each, that the indices name.
pub(crate) fn gather<E: Element>(table: &[E], width: usize, indices: &[E], y: &mut [E]) {
    let rows = table.len().checked_div(width).unwrap_or(0);
    for (y, &x) in y.chunks_exact_mut(width.max(1)).zip(indices) {
        let start = row(x, rows) * width;
        match table.get(start..start + width) {
            Some(row) => y.copy_from_slice(row),
            // A table without rows.
            None => y.fill(E::zero()),
        }
    }
}

/// Some consecutive rows of a table of sums.
pub(crate) struct SumRows<'a, E> {
    /// The rows, one after the other.
    pub(crate) sums: &'a mut [E],
    /// The index of the first of them.
    pub(crate) first: usize,
    /// The rows of the whole table.
    pub(crate) rows: usize,
    /// The numbers of a row.
    pub(crate) width: usize,
}

impl<'a, E: Element> SumRows<'a, E> {
    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.sums.len().checked_div(self.width).unwrap_or(0)
    }

    /// The first `count` of them, and the others.
    pub(crate) fn split_at(self, count: usize) -> (Self, Self) {
        let (head, tail) = self.sums.split_at_mut(count * self.width);
        (SumRows { sums: head, ..self }, SumRows { sums: tail, first: self.first + count, ..self })
    }

    /// Each row becomes the sum, in their order, of those rows of `right` whose index is its own.
    pub(crate) fn write(self, indices: &[E], right: &[E]) {
        let SumRows { sums, first, rows, width } = self;
        sums.fill(E::zero());
        for (&x, right) in indices.iter().zip(right.chunks_exact(width.max(1))) {
            let sum =
                row(x, rows).checked_sub(first).and_then(|place| sums.get_mut(place * width..(place + 1) * width));
            if let Some(sum) = sum {
                elementwise::add(sum, right);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_index_is_brought_to_one() {
        let found: Vec<usize> =
            [0.0, 2.0, 1.9, 3.0, 1e30, f64::INFINITY, -1.0, f64::NEG_INFINITY, f64::NAN].map(|x| row(x, 3)).into();
        assert_eq!(found, [0, 2, 1, 2, 2, 2, 0, 0, 0]);
        assert_eq!(row(5.0_f32, 0), 0);
        let mut y = [1.0_f32; 4];
        gather(&[], 2, &[0.0, 7.0], &mut y);
        assert_eq!(y, [0.0; 4]);
        SumRows { sums: &mut [], first: 0, rows: 0, width: 2 }.write(&[0.0, 7.0], &y);
    }
}
