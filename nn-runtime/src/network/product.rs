//! Weight gradients of dense layers: one matrix product over the whole batch, cut by the rows of its result.

use crate::{
    Element,
    kernels::matmul::{Matrix, MatrixMut, matmul},
};

/// dW = AᵀB (and the column sums of A or B for the bias), where row n of A and B belongs to the same sample.
#[derive(Debug)]
pub struct Product<'a, E> {
    /// A, `count` × `rows`.
    pub left: &'a [E],
    /// B, `count` × `columns`.
    pub right: &'a [E],
    /// Rows of the result.
    pub rows: usize,
    /// Columns of the result.
    pub columns: usize,
    /// Where AᵀB goes, row-major.
    pub gradient: &'a mut [E],
    /// Where the column sums of A go.
    pub bias: Option<&'a mut [E]>,
    /// Whether the result is added to what is there.
    pub accumulate: bool,
}

/// A band of rows of a [`Product`]'s result. Bands are cut by the shapes alone, so each number is the same sum in the
/// same order whatever the number of threads.
struct Band<'a, E> {
    left: &'a [E],
    right: &'a [E],
    /// Rows of the whole result, the distance between rows of A.
    stride: usize,
    first: usize,
    columns: usize,
    gradient: &'a mut [E],
    bias: Option<&'a mut [E]>,
    accumulate: bool,
}

/// Rows of the result that one band has at most.
const BAND: usize = 64;

/// Calculates products, in order, their bands spread over the threads.
pub fn products<E: Element, const N: usize>(products: [Product<'_, E>; N]) {
    for product in products {
        run(product, rayon::current_num_threads());
    }
}

fn run<E: Element>(product: Product<'_, E>, threads: usize) {
    let Product { left, right, rows, columns, gradient, bias, accumulate } = product;
    let band = Band { left, right, stride: rows, first: 0, columns, gradient, bias, accumulate };
    let work = left.len() * columns;
    // Below this many multiplications a second thread costs more than it saves.
    band.run(if work < 1 << 18 { 1 } else { threads });
}

impl<E: Element> Band<'_, E> {
    fn rows(&self) -> usize {
        self.gradient.len() / self.columns
    }

    fn run(self, threads: usize) {
        if threads > 1 && self.rows() > BAND {
            let middle = self.rows().div_ceil(BAND).div_ceil(2) * BAND;
            let (first, second) = self.split_at(middle);
            rayon::join(|| first.run(threads.div_ceil(2)), || second.run(threads.div_ceil(2)));
            return;
        }
        let mut rest = self;
        while rest.rows() > BAND {
            let (first, second) = rest.split_at(BAND);
            first.calculate();
            rest = second;
        }
        rest.calculate();
    }

    fn split_at(self, rows: usize) -> (Self, Self) {
        let (head, tail) = self.gradient.split_at_mut(rows * self.columns);
        let (bias, bias_tail) = match self.bias {
            Some(bias) => {
                let (head, tail) = bias.split_at_mut(rows);
                (Some(head), Some(tail))
            }
            None => (None, None),
        };
        let second = Band { gradient: tail, bias: bias_tail, first: self.first + rows, ..self };
        (Band { gradient: head, bias, ..self }, second)
    }

    fn calculate(self) {
        let rows = self.rows();
        let count = self.left.len() / self.stride;
        if let Some(bias) = self.bias {
            if !self.accumulate {
                bias.fill(E::zero());
            }
            for sample in self.left.chunks_exact(self.stride) {
                for (sum, &x) in bias.iter_mut().zip(&sample[self.first..self.first + rows]) {
                    *sum += x;
                }
            }
        }
        let left = Matrix::strided(&self.left[self.first..], rows, count, 1, self.stride);
        let right = Matrix::row_major(self.right, count, self.columns);
        matmul(MatrixMut::row_major(self.gradient, rows, self.columns), left, right, self.accumulate);
    }
}
