//! C = A B for a B whose rows are contiguous. Neither operand is copied, but for a panel of B where its rows lie far apart.
//!
//! A tile of C stays in registers while a column of A is multiplied with a row of B, one number of A against whole registers
//! of B. It serves the backward pass of dense layers: both d_x = d_y W and dW = d_yᵀ x have such a B.

use std::mem::MaybeUninit;

use pulp::{Simd, WithSimd};

use crate::{
    Element,
    kernels::{math::Math, simd::Lanes},
};

/// C = A B, or C += A B. C is m × n with rows `c_row` apart, A m × k with strides of its own, B k × n with rows `b_row` apart.
pub(super) struct Product<'a, E> {
    pub(super) c: &'a mut [E],
    pub(super) c_row: usize,
    pub(super) a: &'a [E],
    pub(super) a_row: usize,
    pub(super) a_column: usize,
    pub(super) b: &'a [E],
    pub(super) b_row: usize,
    pub(super) m: usize,
    pub(super) n: usize,
    pub(super) k: usize,
    pub(super) accumulate: bool,
}

/// The rows of B multiplied in one go: those of a tile's columns stay in the first-level cache.
const DEPTH: usize = 256;

/// The columns of the widest tile: three registers of `f32` with 512 bits.
const PANEL: usize = 48;

/// The rows of C from which a panel of B is read often enough to be copied.
const MANY_ROWS: usize = 16;

/// The bytes between rows of B from which they lie on pages of their own.
const FAR_APART: usize = 1024;

/// A panel of B, which begins at a cache line.
#[repr(align(64))]
struct Panel<E>([MaybeUninit<E>; DEPTH * PANEL]);

/// A tile's place.
#[derive(Clone, Copy)]
struct Place<E> {
    c: *mut E,
    c_row: usize,
    a: *const E,
    a_row: usize,
    a_column: usize,
    b: *const E,
    b_row: usize,
    depth: usize,
    /// The columns of a tile of one register. Wider tiles are whole registers.
    last: usize,
    accumulate: bool,
}

impl<E: Element> WithSimd for Product<'_, E> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Product { m, n, k, c_row, .. } = self;
        if m == 0 || n == 0 {
            return;
        }
        assert!(self.c.len() >= (m - 1) * c_row + n);
        if k == 0 {
            if !self.accumulate {
                self.c.chunks_mut(c_row.max(1)).take(m).for_each(|row| row[..n].fill(E::zero()));
            }
            return;
        }
        assert!(self.a.len() > (m - 1) * self.a_row + (k - 1) * self.a_column);
        assert!(self.b.len() >= (k - 1) * self.b_row + n);
        let lanes = <E as Lanes>::lanes::<S>();
        let mut panel = Panel([const { MaybeUninit::<E>::uninit() }; DEPTH * PANEL]);
        let panel = &mut panel.0;
        for first in (0..k).step_by(DEPTH) {
            let mut column = 0;
            while column < n {
                let left = n - column;
                let width = if left >= 3 * lanes {
                    3
                } else if left >= 2 * lanes {
                    2
                } else {
                    1
                };
                let columns = left.min(width * lanes);
                let depth = (k - first).min(DEPTH);
                // Rows of B far apart cost a page each; where they are read several times they are first laid side by side.
                let rest = &self.b[first * self.b_row + column..];
                let (mut b, mut b_row) = (rest.as_ptr(), self.b_row);
                if m > MANY_ROWS && b_row * size_of::<E>() > FAR_APART {
                    for (t, line) in panel[..depth * columns].chunks_exact_mut(columns).enumerate() {
                        for (to, &from) in line.iter_mut().zip(&rest[t * b_row..]) {
                            to.write(from);
                        }
                    }
                    // The first `depth` × `columns` numbers, which are those that a tile reads, are written now.
                    (b, b_row) = (panel.as_ptr().cast(), columns);
                }
                // SAFETY: `first` < k and `column` < n, so the offsets lie within the slices by the assertions above.
                let place = unsafe {
                    Place {
                        c: self.c.as_mut_ptr().add(column),
                        c_row,
                        a: self.a.as_ptr().add(first * self.a_column),
                        a_row: self.a_row,
                        a_column: self.a_column,
                        b,
                        b_row,
                        depth,
                        last: columns,
                        accumulate: self.accumulate || first > 0,
                    }
                };
                // SAFETY: the columns column .. column + columns, all m rows and the terms first .. first + depth lie within
                // the matrices; `columns` is `width` whole registers where `width` > 1.
                unsafe {
                    match width {
                        3 => rows::<S, E, 3>(simd, place, m),
                        2 => rows::<S, E, 2>(simd, place, m),
                        _ => rows::<S, E, 1>(simd, place, m),
                    }
                }
                column += columns;
            }
        }
    }
}

/// All rows of one column of tiles.
///
/// # Safety
///
/// `m` rows at `place` and its columns and terms lie within the matrices that it points to.
#[inline(always)]
unsafe fn rows<S: Simd, E: Math, const N: usize>(simd: S, mut place: Place<E>, m: usize) {
    // As many rows as leave a register for a number of A beside the tile and the row of B.
    let tall = if S::REGISTER_COUNT >= 32 { 8 } else { 4 };
    let mut left = m;
    while left > 0 {
        let height = if left >= tall { tall } else { 1 << left.ilog2() };
        // SAFETY: `height` is at most `left`, the rows that are left at `place`.
        unsafe {
            match height {
                8 => tile::<S, E, 8, N>(simd, place),
                4 => tile::<S, E, 4, N>(simd, place),
                2 => tile::<S, E, 2, N>(simd, place),
                _ => tile::<S, E, 1, N>(simd, place),
            }
        }
        left -= height;
        place.c = place.c.wrapping_add(height * place.c_row);
        place.a = place.a.wrapping_add(height * place.a_row);
    }
}

/// A tile of M rows and N registers.
///
/// # Safety
///
/// As [`rows`], for M rows.
#[inline(always)]
unsafe fn tile<S: Simd, E: Math, const M: usize, const N: usize>(simd: S, place: Place<E>) {
    let Place { c, c_row, a, a_row, a_column, b, b_row, depth, last, accumulate } = place;
    let mut sums = [[E::constant(simd, 0.0); N]; M];
    if accumulate {
        for m in 0..M {
            // SAFETY: row m of the tile lies within C.
            sums[m] = unsafe { load(simd, c.add(m * c_row), last) };
        }
    }
    for k in 0..depth {
        // SAFETY: term k of the tile's columns lies within B.
        let row: [E::Vector<S>; N] = unsafe { load(simd, b.add(k * b_row), last) };
        for m in 0..M {
            // SAFETY: term k of row m lies within A.
            let x = E::splat(simd, unsafe { *a.add(m * a_row + k * a_column) });
            for n in 0..N {
                sums[m][n] = E::mul_add(simd, x, row[n], sums[m][n]);
            }
        }
    }
    for m in 0..M {
        for n in 0..N {
            // SAFETY: as for the loads from C, which no other reference reaches while it is borrowed mutably.
            unsafe {
                let at = c.add(m * c_row + n * E::lanes::<S>());
                if N > 1 {
                    at.cast::<E::Vector<S>>().write_unaligned(sums[m][n]);
                } else {
                    E::store_partial(simd, std::slice::from_raw_parts_mut(at, last), sums[m][n]);
                }
            }
        }
    }
}

/// N registers from `at`, or where N = 1 the first `last` numbers of one.
///
/// # Safety
///
/// They lie within one slice.
#[inline(always)]
unsafe fn load<S: Simd, E: Math, const N: usize>(simd: S, at: *const E, last: usize) -> [E::Vector<S>; N] {
    let mut row = [E::constant(simd, 0.0); N];
    for n in 0..N {
        // SAFETY: the caller's promise. A register has no validity beyond that of its elements.
        unsafe {
            row[n] = if N > 1 {
                at.add(n * E::lanes::<S>()).cast::<E::Vector<S>>().read_unaligned()
            } else {
                E::load_partial(simd, std::slice::from_raw_parts(at, last))
            };
        }
    }
    row
}
