//! Matrix products, by kernels that copy what they read often, into memory that each thread keeps: they allocate nothing after
//! their first call.

use crate::kernels::{
    Element,
    compiled::compiled,
    matmul_nn::{self, MatmulNn},
    matmul_nt::{self, MatmulNt},
    scratch, simd,
};

/// A matrix to read: element (i, j) at `i × row_stride + j × column_stride`.
#[derive(Clone, Copy, Debug)]
pub struct Matrix<'a, E> {
    data: &'a [E],
    rows: usize,
    columns: usize,
    row_stride: usize,
    column_stride: usize,
}

/// A matrix to write: element (i, j) at `i × row_stride + j`. What lies between its rows stays as it is.
#[derive(Debug)]
pub struct MatrixMut<'a, E> {
    data: &'a mut [E],
    rows: usize,
    columns: usize,
    row_stride: usize,
}

/// The numbers from the first to the last element of a matrix.
///
/// # Panics
///
/// Where an address cannot count them.
pub(super) fn extent(rows: usize, columns: usize, row_stride: usize, column_stride: usize) -> usize {
    if rows == 0 || columns == 0 {
        return 0;
    }
    let last = (rows - 1).checked_mul(row_stride).zip((columns - 1).checked_mul(column_stride));
    last.and_then(|(a, b)| a.checked_add(b)).and_then(|n| n.checked_add(1)).expect("a matrix fits the address space")
}

impl<'a, E: Element> Matrix<'a, E> {
    /// A matrix whose rows lie one after the other.
    pub fn row_major(data: &'a [E], rows: usize, columns: usize) -> Self {
        Matrix::strided(data, rows, columns, columns, 1)
    }

    /// A matrix with strides of its own.
    ///
    /// # Panics
    ///
    /// Where `data` ends before the last element.
    pub fn strided(data: &'a [E], rows: usize, columns: usize, row_stride: usize, column_stride: usize) -> Self {
        assert!(data.len() >= extent(rows, columns, row_stride, column_stride), "a matrix lies within its data");
        Matrix { data, rows, columns, row_stride, column_stride }
    }

    /// The number of rows.
    #[inline(always)]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The number of columns.
    #[inline(always)]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The transpose, without moving a number.
    #[must_use]
    pub fn transpose(self) -> Self {
        Matrix {
            rows: self.columns,
            columns: self.rows,
            row_stride: self.column_stride,
            column_stride: self.row_stride,
            ..self
        }
    }
}

impl<'a, E: Element> MatrixMut<'a, E> {
    /// A matrix whose rows lie one after the other.
    ///
    /// # Panics
    ///
    /// Where `data` ends before the last element.
    pub fn row_major(data: &'a mut [E], rows: usize, columns: usize) -> Self {
        MatrixMut::strided(data, rows, columns, columns)
    }

    /// A matrix whose rows lie apart, each in one piece.
    ///
    /// # Panics
    ///
    /// Where `data` ends before the last element, or the rows overlap.
    pub fn strided(data: &'a mut [E], rows: usize, columns: usize, row_stride: usize) -> Self {
        assert!(data.len() >= extent(rows, columns, row_stride, 1), "a matrix lies within its data");
        assert!(row_stride >= columns, "the rows of a matrix lie apart");
        MatrixMut { data, rows, columns, row_stride }
    }
}

/// C = A B, or C += A B where `accumulate`.
///
/// # Panics
///
/// Where the sizes do not agree.
///
/// ```
/// use plumbline::kernels::matmul::{Matrix, MatrixMut, matmul};
/// let (a, b, mut c) = ([1.0, 2.0, 3.0, 4.0], [5.0, 6.0], [0.0; 2]);
/// matmul(MatrixMut::row_major(&mut c, 2, 1), Matrix::row_major(&a, 2, 2), Matrix::row_major(&b, 2, 1), false);
/// assert_eq!(c, [17.0, 39.0]);
/// ```
pub fn matmul<E: Element>(c: MatrixMut<'_, E>, a: Matrix<'_, E>, b: Matrix<'_, E>, accumulate: bool) {
    E::product(c, a, b, accumulate);
}

/// C = A B, and Σ b² where it comes at next to no cost: where B is copied on the way.
pub(crate) fn matmul_and_squares<E: Element>(c: MatrixMut<'_, E>, a: Matrix<'_, E>, b: Matrix<'_, E>) -> Option<f64> {
    E::product_and_squares(c, a, b, false, true)
}

compiled! {
    /// The product for an element type, compiled once in this crate. Sealed through [`crate::Element`].
    pub trait Matmul {
        /// See [`matmul`], which is generic over the type.
        ///
        /// # Panics
        ///
        /// Where the sizes do not agree.
        fn product(c: MatrixMut<'_, Self>, a: Matrix<'_, Self>, b: Matrix<'_, Self>, accumulate: bool) {
            Self::product_and_squares(c, a, b, accumulate, false);
        }

        /// The same. Returns Σ b² where `squares` asks for it and B is copied on the way, so that it comes at next to no cost.
        ///
        /// # Panics
        ///
        /// Where the sizes do not agree.
        fn product_and_squares(
            c: MatrixMut<'_, Self>,
            a: Matrix<'_, Self>,
            b: Matrix<'_, Self>,
            accumulate: bool,
            squares: bool,
        ) -> Option<f64> {
            dispatch(c, a, b, accumulate, squares)
        }
    }
}

#[inline(always)]
fn dispatch<E: Element>(
    c: MatrixMut<'_, E>,
    a: Matrix<'_, E>,
    b: Matrix<'_, E>,
    accumulate: bool,
    squares: bool,
) -> Option<f64> {
    let (m, n, k) = (c.rows, c.columns, a.columns);
    assert!(
        a.rows == m && b.columns == n && b.rows == k,
        "expected factors of {m} × {k} and {k} × {n} for a product of {m} × {n}, found {} × {k} and {} × {}",
        a.rows,
        b.rows,
        b.columns
    );
    if m == 0 || n == 0 {
        return None;
    }
    if b.column_stride == 1 {
        let (a_row, a_column) = (a.row_stride, a.column_stride);
        return scratch::with(matmul_nn::room::<E>(m, a_row, a_column), |packed| {
            let (c, c_row, b, b_row) = (c.data, c.row_stride, b.data, b.row_stride);
            simd::run(MatmulNn { c, c_row, a: a.data, a_row, a_column, b, b_row, m, n, k, accumulate, squares, packed })
        });
    }
    if a.column_stride == 1 && a.row_stride == k && b.row_stride == 1 && b.column_stride == k {
        scratch::with(matmul_nt::room(m, k), |packed| {
            simd::run(MatmulNt { c: c.data, c_row: c.row_stride, a: a.data, b: b.data, m, n, k, accumulate, packed });
        });
        return None;
    }
    // No layer multiplies matrices in another order; they may still be asked for.
    for (i, row) in c.data.chunks_mut(c.row_stride).take(m).enumerate() {
        for (j, sum) in row[..n].iter_mut().enumerate() {
            let terms = (0..k).map(|t| {
                let (left, right) = (i * a.row_stride + t * a.column_stride, t * b.row_stride + j * b.column_stride);
                a.data[left] * b.data[right]
            });
            let product = terms.fold(E::zero(), |sum, term| sum + term);
            *sum = if accumulate { *sum + product } else { product };
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use pulp::{Simd, WithSimd};

    use super::*;
    use crate::kernels::testing::{assert_close, values};

    /// The kernels of our own on the instruction set that they are run with.
    struct Check<E> {
        sizes: (usize, usize, usize),
        accumulate: bool,
        element: std::marker::PhantomData<E>,
    }

    impl<E: Element> WithSimd for Check<E> {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            let (m, n, k) = self.sizes;
            let start = || vec![E::from_f64(if self.accumulate { 0.5 } else { f64::NAN }); m * n];
            let accumulate = self.accumulate;
            let (a, b) = (values::<E>(m * k, 1), values::<E>(n * k, 2));
            let naive = |a: &dyn Fn(usize, usize) -> usize, b: &dyn Fn(usize, usize) -> usize| -> Vec<f64> {
                let (x, y) = (values::<f64>(m * k, 1), values::<f64>(n * k, 2));
                let entry = |i: usize| (0..k).map(|t| x[a(i / n, t)] * y[b(t, i % n)]).sum::<f64>();
                (0..m * n).map(|i| entry(i) + if accumulate { 0.5 } else { 0.0 }).collect()
            };
            let tolerance = if E::NAME == "f32" { 1e-5 } else { 1e-13 };

            for c_row in [n, n + 3] {
                let mut c = apart(&start(), n, c_row);
                scratch::with(matmul_nt::room(m, k), |packed| {
                    MatmulNt { c: &mut c, c_row, a: &a, b: &b, m, n, k, accumulate, packed }.with_simd(simd);
                });
                assert_close(&joined(&c, n, c_row), &naive(&|i, t| i * k + t, &|t, j| j * k + t), tolerance);

                for (a_row, a_column) in [(k, 1), (1, m)] {
                    let mut c = apart(&start(), n, c_row);
                    let (a, b) = (&a[..], &b[..]);
                    let squares = scratch::with(matmul_nn::room::<E>(m, a_row, a_column), |packed| {
                        let (c, b_row, squares) = (&mut c, n, true);
                        MatmulNn { c, c_row, a, a_row, a_column, b, b_row, m, n, k, accumulate, squares, packed }
                            .with_simd(simd)
                    });
                    if let Some(squares) = squares {
                        let expected: f64 = values::<f64>(n * k, 2).iter().map(|b| b * b).sum();
                        assert!((squares - expected).abs() <= tolerance * expected, "{squares} and {expected}");
                    }
                    // What is said of B is said where it is worth it.
                    assert_eq!(squares.is_some(), m > 16 && k > 0 && n * size_of::<E>() >= 512, "{m} × {n} × {k}");
                    let expected = naive(&|i, t| i * a_row + t * a_column, &|t, j| t * n + j);
                    assert_close(&joined(&c, n, c_row), &expected, tolerance);
                }
            }
        }
    }

    /// Products of the first rows of A, with however many rows beside them.
    struct Rows<E>(std::marker::PhantomData<E>);

    impl<E: Element> WithSimd for Rows<E> {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            for (n, k) in [(1, 5), (2, 130), (3, 9), (7, 40), (23, 33), (40, 3)] {
                let (a, b) = (values::<E>(70 * k, 1), values::<E>(n * k, 2));
                let product = |m: usize, transposed: bool| -> Vec<E> {
                    let (mut c, accumulate, c_row) = (vec![E::zero(); m * n], false, n);
                    let a = &a[..m * k];
                    if transposed {
                        scratch::with(matmul_nt::room(m, k), |packed| {
                            MatmulNt { c: &mut c, c_row, a, b: &b, m, n, k, accumulate, packed }.with_simd(simd);
                        });
                    } else {
                        let (c, b, packed) = (&mut c, &b[..], &mut [][..]);
                        let (a_row, a_column, b_row, squares) = (k, 1, n, false);
                        MatmulNn { c, c_row, a, a_row, a_column, b, b_row, m, n, k, accumulate, squares, packed }
                            .with_simd(simd);
                    }
                    c
                };
                for transposed in [false, true] {
                    let all = product(70, transposed);
                    for m in [1, 2, 3, 4, 5, 8, 9, 16, 17, 20, 33, 48, 65] {
                        let some = product(m, transposed);
                        let same = some.iter().zip(&all).all(|(a, b)| a.as_f64().to_bits() == b.as_f64().to_bits());
                        assert!(same, "{m} rows of {n} sums over {k} terms");
                    }
                }
            }
        }
    }

    #[test]
    fn a_row_has_the_same_bits_beside_any_number_of_rows() {
        simd::on_each(|| Rows::<f32>(std::marker::PhantomData));
        simd::on_each(|| Rows::<f64>(std::marker::PhantomData));
    }

    /// Rows of `n` numbers, now `stride` apart, with numbers between them that must stay.
    fn apart<E: Element>(c: &[E], n: usize, stride: usize) -> Vec<E> {
        let gap = vec![E::from_f64(7.0); stride - n];
        c.chunks(n).flat_map(|row| row.iter().chain(&gap)).copied().collect()
    }

    /// The rows without what lies between them.
    fn joined<E: Element>(c: &[E], n: usize, stride: usize) -> Vec<E> {
        assert!(c.chunks(stride).all(|row| row[n..].iter().all(|x| x.as_f64() == 7.0)));
        c.chunks(stride).flat_map(|row| &row[..n]).copied().collect()
    }

    fn check<E: Element>(sizes: (usize, usize, usize), accumulate: bool) {
        simd::on_each(|| Check { sizes, accumulate, element: std::marker::PhantomData::<E> });
    }

    /// AᵀB for rows of A that are a band of longer ones.
    fn check_apart<E: Element>() {
        let (stride, n, k) = (200, 50, 300);
        for m in [16, 23, 64] {
            let (a, b) = (values::<E>(stride * k, 1), values::<E>(n * k, 2));
            let (x, y) = (values::<f64>(stride * k, 1), values::<f64>(n * k, 2));
            let entry = |i: usize| (0..k).map(|t| x[5 + i / n + t * stride] * y[t * n + i % n]).sum::<f64>();
            let expected: Vec<f64> = (0..m * n).map(entry).collect();
            assert!(matmul_nn::room::<E>(m, 1, stride) > 0);
            simd::at_each_level(|| -> Result<(), ()> {
                let mut c = vec![E::nan(); m * n];
                let a = Matrix::strided(&a[5..], m, k, 1, stride);
                matmul(MatrixMut::row_major(&mut c, m, n), a, Matrix::row_major(&b, k, n), false);
                assert_close(&c, &expected, if E::NAME == "f32" { 1e-5 } else { 1e-13 });
                Ok(())
            })
            .expect("every level is checked");
        }
    }

    #[test]
    fn sizes_around_whole_tiles_agree_with_the_definition() {
        for m in [1, 8, 15, 33, 64] {
            for n in [1, 16, 49, 97] {
                for k in [0, 1, 16, 37] {
                    check::<f32>((m, n, k), (m + n + k) % 2 == 0);
                    check::<f64>((m, n, k), (m + n + k) % 2 == 1);
                }
            }
        }
        // Terms so far apart that blocks of A are copied.
        check_apart::<f32>();
        check_apart::<f64>();
        // More terms than are taken in one go.
        check::<f32>((5, 20, 600), false);
        check::<f64>((5, 20, 600), true);
    }

    /// What a kernel writes to memory of its own it has asked the length of, whoever calls it.
    #[test]
    fn too_little_memory_for_a_copy_is_refused() {
        let (m, n, k, stride) = (17_usize, 3, 5, 200);
        let (a, b) = (values::<f32>(stride * k, 1), values::<f32>(n * k, 2));
        let needed = m.next_multiple_of(8) * k;
        let tried = |room: usize| {
            std::panic::catch_unwind(|| {
                let (mut c, mut packed) = (vec![0.0; m * n], vec![0.0; room]);
                let (c, packed, a, b) = (&mut c[..], &mut packed[..], &a[..], &b[..]);
                let (a_row, a_column, b_row, accumulate) = (1, stride, n, false);
                simd::run(MatmulNn {
                    c,
                    c_row: n,
                    a,
                    a_row,
                    a_column,
                    b,
                    b_row,
                    m,
                    n,
                    k,
                    accumulate,
                    squares: false,
                    packed,
                });
            })
        };
        assert!(tried(needed).is_ok() && tried(needed - 1).is_err() && tried(1).is_err());
        let tried = |room: usize| {
            std::panic::catch_unwind(|| {
                scratch::with(room, |packed| {
                    let (mut c, a, b) = (vec![0.0; m * n], &a[..m * k], &b[..]);
                    simd::run(MatmulNt { c: &mut c, c_row: n, a, b, m, n, k, accumulate: false, packed });
                });
            })
        };
        assert!(tried(matmul_nt::room(m, k)).is_ok() && tried(k).is_err());
    }

    #[test]
    fn large_and_odd_products_agree_with_the_definition() {
        let (m, n, k) = (150, 40, 90);
        let (a, b) = (values::<f64>(m * k, 1), values::<f64>(n * k, 2));
        for (a_row, a_column) in [(k, 1), (1, m)] {
            for (b_row, b_column) in [(n, 1), (1, k)] {
                let mut c = vec![f64::NAN; m * n];
                let (a, b) = (Matrix::strided(&a, m, k, a_row, a_column), Matrix::strided(&b, k, n, b_row, b_column));
                matmul(MatrixMut::row_major(&mut c, m, n), a, b, false);
                let entry = |i: usize, j: usize| {
                    (0..k).map(|t| a.data[i * a_row + t * a_column] * b.data[t * b_row + j * b_column]).sum::<f64>()
                };
                assert_close(&c, &(0..m * n).map(|i| entry(i / n, i % n)).collect::<Vec<_>>(), 1e-13);
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn products_of_any_size_agree_with_the_definition(m in 1_usize..70, n in 1_usize..70, k in 0_usize..70) {
            check::<f32>((m, n, k), n % 2 == 0);
        }
    }
}
