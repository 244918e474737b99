//! Matrix products, by the `gemm` crate.

use crate::Element;

/// A matrix to read: element (i, j) at `i × row_stride + j × column_stride`.
#[derive(Clone, Copy, Debug)]
pub struct Matrix<'a, E> {
    data: &'a [E],
    rows: usize,
    columns: usize,
    row_stride: usize,
    column_stride: usize,
}

/// A matrix to write.
#[derive(Debug)]
pub struct MatrixMut<'a, E> {
    data: &'a mut [E],
    rows: usize,
    columns: usize,
    row_stride: usize,
    column_stride: usize,
}

/// The numbers from the first to the last element of a matrix.
fn extent(rows: usize, columns: usize, row_stride: usize, column_stride: usize) -> usize {
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
        assert!(data.len() >= extent(rows, columns, columns, 1), "a matrix lies within its data");
        MatrixMut { data, rows, columns, row_stride: columns, column_stride: 1 }
    }
}

/// C = A B, or C += A B where `accumulate`.
///
/// # Panics
///
/// Where the sizes do not agree.
///
/// ```
/// use nn_runtime::kernels::matmul::{Matrix, MatrixMut, matmul};
/// let (a, b, mut c) = ([1.0, 2.0, 3.0, 4.0], [5.0, 6.0], [0.0; 2]);
/// matmul(MatrixMut::row_major(&mut c, 2, 1), Matrix::row_major(&a, 2, 2), Matrix::row_major(&b, 2, 1), false);
/// assert_eq!(c, [17.0, 39.0]);
/// ```
pub fn matmul<E: Element>(c: MatrixMut<'_, E>, a: Matrix<'_, E>, b: Matrix<'_, E>, accumulate: bool) {
    assert!(a.rows == c.rows && b.columns == c.columns && a.columns == b.rows, "the sizes of a product agree");
    if c.rows == 0 || c.columns == 0 {
        return;
    }
    // SAFETY: the constructors of `Matrix` and `MatrixMut` checked that every element (i, j) with i < rows and
    // j < columns lies within the slice, the sizes agree (asserted above), `c` is borrowed uniquely so it overlaps neither
    // `a` nor `b`, and its elements are distinct because it is row-major. Strides fit `isize` because slices do.
    unsafe {
        gemm::gemm(
            c.rows,
            c.columns,
            a.columns,
            c.data.as_mut_ptr(),
            c.column_stride as isize,
            c.row_stride as isize,
            accumulate,
            a.data.as_ptr(),
            a.column_stride as isize,
            a.row_stride as isize,
            b.data.as_ptr(),
            b.column_stride as isize,
            b.row_stride as isize,
            E::one(),
            E::one(),
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}
