//! Weight gradients over the whole batch, cut by the rows of the result: matrix products for dense layers, sums of rows for embeddings.

use crate::{
    Element,
    kernels::{
        elementwise::{self, Sum},
        matmul::{Matrix, MatrixMut, matmul, matmul_and_squares},
        optimizer::WITHIN,
        rows::SumRows,
        sum::squares,
    },
    network::Learned,
    parallel::{self, Cut},
};

/// dW = AᵀB, where row n of A and B belongs to the same sample, or to the same step of one.
#[derive(Debug)]
pub enum Product<'a, E> {
    /// A is any matrix: what a dense layer takes.
    Matrices(Matrices<'a, E>),
    /// Each row of A is 0 but for a 1: what an embedding takes.
    RowSums(RowSums<'a, E>),
}

/// AᵀB and the column sums of A or B for the bias.
#[derive(Debug)]
pub struct Matrices<'a, E> {
    /// A, `count` × `rows`, from the first number of its first row to the last of its last.
    pub left: &'a [E],
    /// The numbers from one row of A to the next, `rows` where nothing lies between them.
    pub left_stride: usize,
    /// B, `count` × `columns`.
    pub right: &'a [E],
    /// Rows of the result; 0 where AᵀB itself is not wanted.
    pub rows: usize,
    /// Columns of the result.
    pub columns: usize,
    /// Where AᵀB goes, row-major.
    pub gradient: &'a mut [E],
    /// Which column sums are wanted, and where they go.
    pub sums: Sums<'a, E>,
    /// Whether AᵀB is added to what is there. Column sums are always written over it.
    pub accumulate: bool,
}

/// Row v of the result is the sum of those rows of B whose index is v.
#[derive(Debug)]
pub struct RowSums<'a, E> {
    /// Where the 1 is in each row of A: a whole number below the rows of the result, which another number is brought to.
    pub indices: &'a [E],
    /// B, as many rows as indices.
    pub right: &'a [E],
    /// Rows of the result.
    pub rows: usize,
    /// Columns of the result.
    pub columns: usize,
    /// Where the sums go, row-major, over what is there.
    pub gradient: &'a mut [E],
}

/// Column sums of the factors of [`Matrices`]: the gradient of a bias.
#[derive(Debug)]
pub enum Sums<'a, E> {
    /// None are wanted.
    None,
    /// Those of A.
    Left(&'a mut [E]),
    /// Those of B.
    Right(&'a mut [E]),
}

/// A band of rows of the result of [`Matrices`]. Bands are cut by the shapes alone, so each number is the same sum in the
/// same order whatever the number of threads.
struct Band<'a, E> {
    left: &'a [E],
    right: &'a [E],
    /// The distance between rows of A.
    stride: usize,
    first: usize,
    columns: usize,
    gradient: &'a mut [E],
    accumulate: bool,
    /// Whether Σ b² over B is wanted, if it comes cheaply.
    squares_of_right: bool,
}

/// Rows of the result that one band has at most.
const BAND: usize = 256;

/// Rows of the result from which it is worth another thread.
const SHARED: usize = 64;

/// Calculates products, in order, their bands spread over the threads.
pub fn products<E: Element, const N: usize>(products: [Product<'_, E>; N]) {
    learned_products(products, [Learned::ALL; N]);
}

/// Calculates those of the products whose layers learn, as [`products`]. Each is the gradient of its layer's first parameter. Where it is changed
/// afterwards, [`Learned::forget_bounds`] has to follow.
pub fn learned_products<E: Element, const N: usize>(products: [Product<'_, E>; N], learned: [Learned<'_>; N]) {
    for (product, learned) in products.into_iter().zip(learned) {
        if learned.any() && run(product, parallel::threads, learned.asks_for_bounds()) {
            learned.set_bounded();
        }
    }
}

/// `threads` is asked where a product is worth several. Where `bounds` asks for it, whether the result is known to be bounded by [`WITHIN`].
fn run<E: Element>(product: Product<'_, E>, threads: impl FnOnce() -> usize, bounds: bool) -> bool {
    match product {
        Product::Matrices(matrices) => matrices.run(threads, bounds),
        Product::RowSums(sums) => {
            sums.run(threads);
            false
        }
    }
}

impl<E: Element> Matrices<'_, E> {
    /// Whether the result is known to be bounded, where that is asked for.
    ///
    /// By Cauchy and Schwarz no number of AᵀB is larger than ‖A‖ ‖B‖. The norms are taken of what has to be read in any case, or is much shorter than the
    /// result: a look at the result itself would cost as much as its way from the second-level cache.
    fn run(self, threads: impl FnOnce() -> usize, bounds: bool) -> bool {
        let Matrices { left, left_stride, right, rows, columns, gradient, sums, accumulate } = self;
        match sums {
            Sums::None => {}
            Sums::Left(sums) => column_sums(left, left_stride, sums),
            Sums::Right(sums) => column_sums(right, columns, sums),
        }
        if rows == 0 {
            return false;
        }
        // So many terms are rounded by less than a factor of 2.
        let exact = (right.len() / columns.max(1)) as f64 * E::epsilon().as_f64() < 0.5;
        let (short, bounds) = (rows * columns / 2, bounds && exact && !accumulate);
        let left_squares = (bounds && left.len() <= short).then(|| match left_stride {
            stride if stride == rows => squares(left),
            stride => left.chunks(stride).map(|row| squares(&row[..rows])).sum(),
        });
        let squares_of_right = left_squares.is_some();
        let band = Band { left, right, stride: left_stride, first: 0, columns, gradient, accumulate, squares_of_right };
        let work = right.len().saturating_mul(rows);
        // Below this many multiplications a second thread costs more than it saves.
        let right_squares = band.run(if work < 1 << 22 { 1 } else { threads() });
        let Some(left_squares) = left_squares else { return false };
        let shorter = left.len() + right.len() <= short;
        let Some(right_squares) = right_squares.or_else(|| shorter.then(|| squares(right))) else { return false };
        // A square may be rounded to 0. Infinity and NaN stay in a sum.
        let rounded = (left.len() + right.len()) as f64 * E::min_positive_value().as_f64();
        // A factor of 2 for the rounding of the product, and one for that of the norms.
        (left_squares + rounded) * (right_squares + rounded) <= (WITHIN / 4.0).powi(2)
    }
}

impl<E: Element> RowSums<'_, E> {
    fn run(self, threads: impl FnOnce() -> usize) {
        let RowSums { indices, right, rows, columns, gradient } = self;
        // Below this many numbers to write a second thread costs more than it saves.
        let threads = if gradient.len() + right.len() < 1 << 18 { 1 } else { threads() };
        sum_rows(SumRows { sums: gradient, first: 0, rows, width: columns }, indices, right, threads);
    }
}

/// Each row is written by one thread, which adds in the order of the samples, however many threads there are.
fn sum_rows<E: Element>(rows: SumRows<'_, E>, indices: &[E], right: &[E], threads: usize) {
    let cut = Cut { units: rows.count(), grain: 1, threads };
    parallel::halves(
        rows,
        cut,
        &|rows, middle, _| rows.split_at(middle),
        &|rows| rows.write(indices, right),
        &|(), ()| (),
    );
}

/// The sums over the rows of a matrix, which lie `stride` apart.
fn column_sums<E: Element>(matrix: &[E], stride: usize, sums: &mut [E]) {
    sums.fill(E::zero());
    for row in matrix.chunks(stride.max(1)) {
        elementwise::update_with(Sum, sums, row);
    }
}

impl<E: Element> Band<'_, E> {
    fn rows(&self) -> usize {
        self.gradient.len() / self.columns.max(1)
    }

    /// Σ b² where it is wanted and comes cheaply.
    fn run(self, threads: usize) -> Option<f64> {
        let cut = Cut { units: self.rows(), grain: SHARED, threads };
        let split = |band: Self, rows, _| band.split_at(rows);
        parallel::halves(self, cut, &split, &Self::run_here, &|first: Option<f64>, second| first.or(second))
    }

    fn run_here(self) -> Option<f64> {
        let (mut rest, mut squares) = (self, None);
        while rest.rows() > BAND {
            let (first, second) = rest.split_at(BAND);
            squares = squares.or(first.calculate());
            rest = second;
        }
        squares.or(rest.calculate())
    }

    /// Each band reads all of B, so that the first says what its squares are.
    fn split_at(self, rows: usize) -> (Self, Self) {
        let (head, tail) = self.gradient.split_at_mut(rows * self.columns);
        let second = Band { gradient: tail, first: self.first + rows, squares_of_right: false, ..self };
        (Band { gradient: head, ..self }, second)
    }

    fn calculate(self) -> Option<f64> {
        let rows = self.rows();
        let count = self.right.len() / self.columns.max(1);
        if count == 0 {
            if !self.accumulate {
                self.gradient.fill(E::zero());
            }
            return None;
        }
        let left = Matrix::strided(&self.left[self.first..], rows, count, 1, self.stride);
        let right = Matrix::row_major(self.right, count, self.columns);
        let product = MatrixMut::row_major(self.gradient, rows, self.columns);
        if self.squares_of_right && !self.accumulate {
            return matmul_and_squares(product, left, right);
        }
        matmul(product, left, right, self.accumulate);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::testing::{assert_close, values};

    fn calculate(count: usize, rows: usize, columns: usize, threads: usize, accumulate: bool) -> (Vec<f32>, Vec<f32>) {
        calculate_apart(count, rows, columns, rows, threads, accumulate)
    }

    /// The same with `left_stride` numbers from one row of A to the next.
    fn calculate_apart(
        count: usize,
        rows: usize,
        columns: usize,
        left_stride: usize,
        threads: usize,
        accumulate: bool,
    ) -> (Vec<f32>, Vec<f32>) {
        let (left, right) = (values::<f32>(count * rows, 1), values::<f32>(count * columns, 2));
        let gap = vec![f32::NAN; left_stride - rows];
        let left: Vec<f32> = left.chunks(rows).flat_map(|row| row.iter().chain(&gap)).copied().collect();
        let left = &left[..left.len() - if count > 0 { gap.len() } else { 0 }];
        let mut gradient = vec![if accumulate { 1.0 } else { f32::NAN }; rows * columns];
        let mut sums = vec![f32::NAN; rows];
        let product = Product::Matrices(Matrices {
            left,
            left_stride,
            right: &right,
            rows,
            columns,
            gradient: &mut gradient,
            sums: Sums::Left(&mut sums),
            accumulate,
        });
        run(product, || threads, false);
        (gradient, sums)
    }

    #[test]
    fn products_and_sums_agree_with_their_definitions() {
        for (count, rows, columns) in [(1, 1, 1), (5, 3, 7), (33, 70, 50), (16, 130, 20), (0, 3, 2), (500, 65, 20)] {
            for accumulate in [false, true] {
                let (left, right) = (values::<f64>(count * rows, 1), values::<f64>(count * columns, 2));
                let (gradient, sums) = calculate(count, rows, columns, 1, accumulate);
                let entry = |i: usize| {
                    let (row, column) = (i / columns, i % columns);
                    let sum: f64 = (0..count).map(|n| left[n * rows + row] * right[n * columns + column]).sum();
                    sum + f64::from(u8::from(accumulate))
                };
                assert_close(&gradient, &(0..rows * columns).map(entry).collect::<Vec<_>>(), 1e-5);
                let column = |row: usize| (0..count).map(|n| left[n * rows + row]).sum::<f64>();
                assert_close(&sums, &(0..rows).map(column).collect::<Vec<_>>(), 1e-5);
            }
        }
    }

    fn is_bounded<E: Element>(left: &[E], right: &[E], rows: usize, columns: usize, left_stride: usize) -> bool {
        let known = [1, 3].map(|threads| {
            let mut gradient = vec![E::zero(); rows * columns];
            let (sums, accumulate) = (Sums::None, false);
            let product =
                Matrices { left, left_stride, right, rows, columns, gradient: &mut gradient, sums, accumulate };
            let known = product.run(|| threads, true);
            assert!(!known || gradient.iter().all(|x| x.abs().as_f64() <= WITHIN));
            known
        });
        assert_eq!(known[0], known[1], "{rows} {columns}");
        known[0]
    }

    /// Sizes at which B is copied, and at which a look at the factors is shorter than one at the product; with gaps between the rows of A.
    fn bounds<E: Element>() {
        for (count, rows, columns) in [(1, 8, 8), (3, 20, 17), (5, 70, 33), (9, 18, 140)] {
            for gap in [0, 3] {
                let stride = rows + gap;
                let mut left = vec![E::nan(); (count - 1) * stride + rows];
                for (row, numbers) in left.chunks_mut(stride).zip(values::<E>(count * rows, 1).chunks(rows)) {
                    row[..rows].copy_from_slice(numbers);
                }
                let mut right = values::<E>(count * columns, 2);
                let of = |left: &[E], right: &[E]| is_bounded(left, right, rows, columns, stride);
                assert!(of(&left, &right), "{count} {rows} {columns}");
                for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e20, -1e38] {
                    for place in [0, rows - 1, (count - 1) * stride, left.len() - 1] {
                        let before = std::mem::replace(&mut left[place], E::from_f64(bad));
                        assert!(!of(&left, &right), "{bad} at {place} of A");
                        left[place] = before;
                    }
                    for place in [0, columns / 2, right.len() - 1] {
                        let before = std::mem::replace(&mut right[place], E::from_f64(bad));
                        assert!(!of(&left, &right), "{bad} at {place} of B");
                        right[place] = before;
                    }
                }
                // Large factors on one side only, and such as have no square.
                let scaled = |x: &[E], by: f64| x.iter().map(|&x| x * E::from_f64(by)).collect::<Vec<_>>();
                assert!(of(&scaled(&left, 1e15), &scaled(&right, 1e-12)));
                assert!(of(&scaled(&left, 1e-30), &scaled(&right, 1e10)));
                assert_eq!(of(&scaled(&left, 1e-30), &scaled(&right, 1e30)), E::NAME == "f64");
            }
        }
        // Zeros times infinity.
        assert!(!is_bounded(&[E::zero(); 8], &[E::infinity(); 8], 8, 8, 8));
        // As long a look as one at the product.
        assert!(!is_bounded(&[E::one(); 64], &[E::one(); 64], 8, 8, 8));
    }

    #[test]
    fn products_are_bounded_where_their_factors_are() {
        bounds::<f32>();
        bounds::<f64>();
    }

    #[test]
    fn factors_of_several_blocks_and_bands_are_looked_at_whole() {
        for (count, rows, columns) in [(130, 17, 270), (3, 270, 130)] {
            let (left, mut right) = (values::<f32>(count * rows, 1), values::<f32>(count * columns, 2));
            assert!(is_bounded(&left, &right, rows, columns, rows));
            *right.last_mut().unwrap() = f32::NAN;
            assert!(!is_bounded(&left, &right, rows, columns, rows));
        }
    }

    #[test]
    fn a_bounded_product_is_within_the_bound() {
        // As near to the bound as the norms say: rows of A and columns of B that are multiples of each other.
        for exponent in 0..40 {
            let (left, right) = (vec![2.0_f32.powi(exponent - 5); 64], vec![2.0_f32.powi(exponent / 2); 64]);
            let largest = 2.0 * f64::from(left[0]) * f64::from(right[0]);
            let bounded = is_bounded(&left, &right, 32, 32, 32);
            assert!(!bounded || largest <= WITHIN, "{exponent}");
            assert!(bounded || largest * 32.0 * 4.0 >= WITHIN, "{exponent}");
        }
    }

    #[test]
    fn what_lies_between_the_rows_of_a_is_not_read() {
        for (count, rows, columns) in [(1, 1, 1), (33, 70, 50), (0, 3, 2)] {
            assert_eq!(
                calculate_apart(count, rows, columns, rows + 5, 1, false),
                calculate(count, rows, columns, 1, false)
            );
        }
    }

    fn sum_rows<E: Element>(indices: &[E], rows: usize, columns: usize, threads: usize) -> Vec<E> {
        let right = values::<E>(indices.len() * columns, 3);
        let mut gradient = vec![E::nan(); rows * columns];
        let sums = RowSums { indices, right: &right, rows, columns, gradient: &mut gradient };
        run(Product::RowSums(sums), || threads, false);
        gradient
    }

    #[test]
    fn sums_of_rows_agree_with_their_definition() {
        for (count, rows, columns) in [(0, 3, 2), (1, 1, 1), (40, 5, 7), (3, 90, 33), (500, 4000, 70)] {
            let indices: Vec<f64> = (0..count).map(|n| (n * n % 7 % rows) as f64).collect();
            let right = values::<f64>(count * columns, 3);
            let entry = |i: usize| {
                let rows = (0..count).filter(|&n| indices[n] as usize == i / columns);
                rows.map(|n| right[n * columns + i % columns]).sum::<f64>()
            };
            let expected: Vec<f64> = (0..rows * columns).map(entry).collect();
            assert_close(&sum_rows(&indices, rows, columns, 1), &expected, 1e-13);
            let single: Vec<f32> = indices.iter().map(|&x| x as f32).collect();
            assert_close(&sum_rows(&single, rows, columns, 1), &expected, 1e-5);
            for threads in [2, 3, 8] {
                assert_eq!(sum_rows(&indices, rows, columns, threads), sum_rows(&indices, rows, columns, 1));
            }
        }
    }

    #[test]
    fn the_number_of_threads_changes_no_bit() {
        for (count, rows, columns) in [(64, 200, 100), (100, 300, 33), (600, 70, 90)] {
            let (one, sums) = calculate(count, rows, columns, 1, false);
            for threads in [2, 3, 8] {
                let (many, many_sums) = calculate(count, rows, columns, threads, false);
                assert!(one.iter().zip(&many).all(|(a, b)| a.to_bits() == b.to_bits()));
                assert!(sums.iter().zip(&many_sums).all(|(a, b)| a.to_bits() == b.to_bits()));
            }
        }
    }
}
