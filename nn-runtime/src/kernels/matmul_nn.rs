//! C = A B for a B whose rows are contiguous. An operand is copied only where its terms lie far apart, a block at a time.
//!
//! A tile of C stays in registers while a column of A is multiplied with a row of B, one number of A against whole registers
//! of B. It serves the backward pass of dense layers: both d_x = d_y W and dW = d_yᵀ x have such a B.

use std::mem::MaybeUninit;

use pulp::{Simd, WithSimd};

use crate::kernels::{Element, math::Math, matmul::extent, sum::Squares};

/// C = A B, or C += A B. C is m × n with rows `c_row` apart, A m × k with strides of its own, B k × n with rows `b_row` apart.
pub(super) struct MatmulNn<'a, E> {
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
    /// Whether Σ b² is wanted, if it comes cheaply.
    pub(super) squares: bool,
    /// Room for [`room`] numbers, or none, where A is read as it lies.
    pub(super) packed: &'a mut [E],
}

/// The numbers of the copy of a block of A: none where its terms lie close together, or where it has few rows or too many.
pub(super) fn room<E>(m: usize, a_row: usize, a_column: usize) -> usize {
    let apart = a_row == 1 && a_column.saturating_mul(size_of::<E>()) >= FAR_APART;
    if apart && (MANY_ROWS..=4 * MANY_ROWS).contains(&m) { DEPTH * m.next_multiple_of(TALL) } else { 0 }
}

/// The rows of the tallest tile.
const TALL: usize = 8;

/// The rows of B multiplied in one go: those of a tile's columns stay in the first-level cache.
const DEPTH: usize = 128;

/// The columns of the widest tile: three registers of `f32` with 512 bits.
const PANEL: usize = 48;

/// The rows of C from which a block of A or a panel of B is read often enough to be copied.
const MANY_ROWS: usize = 16;

/// The bytes from one term to the next from which they crowd a few sets of the first-level cache.
const FAR_APART: usize = 512;

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
    /// From the first of [`TALL`] rows to the first of the next.
    a_group: usize,
    b: *const E,
    b_row: usize,
    depth: usize,
    /// The columns of a tile of one register. Wider tiles are whole registers.
    last: usize,
    accumulate: bool,
}

impl<E: Element> WithSimd for MatmulNn<'_, E> {
    /// Σ b² over all numbers of B, where it is wanted and B is copied on the way.
    type Output = Option<f64>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Option<f64> {
        let MatmulNn { m, n, k, c_row, .. } = self;
        if m == 0 || n == 0 {
            return None;
        }
        assert!(self.c.len() >= extent(m, n, c_row, 1), "the result lies within its slice");
        if k == 0 {
            if !self.accumulate {
                self.c.chunks_mut(c_row.max(1)).take(m).for_each(|row| row[..n].fill(E::zero()));
            }
            return None;
        }
        assert!(self.a.len() >= extent(m, k, self.a_row, self.a_column), "A lies within its slice");
        assert!(self.b.len() >= extent(k, n, self.b_row, 1), "B lies within its slice");
        // Groups of rows, in each of which a term has room for TALL numbers.
        let copy = m.div_ceil(TALL).checked_mul(TALL * k.min(DEPTH));
        assert!(
            self.packed.is_empty() || copy.is_some_and(|copy| copy <= self.packed.len()),
            "a block of A has room for its copy"
        );
        let lanes = E::lanes::<S>();
        let mut panel = Panel([const { MaybeUninit::<E>::uninit() }; DEPTH * PANEL]);
        let panel = &mut panel.0;
        // Rows of B far apart keep each other out of the cache; where they are read several times they are first laid side by side.
        let laid = m > MANY_ROWS && self.b_row.saturating_mul(size_of::<E>()) >= FAR_APART;
        let mut squares = (self.squares && laid).then_some(0.0);
        for first in (0..k).step_by(DEPTH) {
            let depth = (k - first).min(DEPTH);
            // What a tile reads of A, side by side: groups of its rows, in each of them term after term.
            let copied = !self.packed.is_empty();
            if copied {
                for (group, lines) in self.packed.chunks_exact_mut(depth * TALL).take(m.div_ceil(TALL)).enumerate() {
                    let rows = (m - group * TALL).min(TALL);
                    for (t, line) in lines.chunks_exact_mut(TALL).enumerate() {
                        let at = (first + t) * self.a_column + group * TALL;
                        line[..rows].copy_from_slice(&self.a[at..at + rows]);
                    }
                }
            }
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
                let rest = &self.b[first * self.b_row + column..];
                let (mut b, mut b_row) = (rest.as_ptr(), self.b_row);
                if laid {
                    for (t, line) in panel[..depth * columns].chunks_exact_mut(columns).enumerate() {
                        for (to, &from) in line.iter_mut().zip(&rest[t * b_row..]) {
                            to.write(from);
                        }
                    }
                    // `depth` ≤ DEPTH and `columns` ≤ three registers, which PANEL has room for. The first `depth` × `columns` numbers,
                    // which are those that a tile reads, are written now: each row of B has `columns` numbers from `column` on.
                    (b, b_row) = (panel.as_ptr().cast(), columns);
                    if let Some(squares) = &mut squares {
                        // SAFETY: these are the first `depth` × `columns` numbers of the panel, which lie one after the other, aligned as elements. All are
                        // written now, and nothing writes to them while the slice is there.
                        let copy = unsafe { std::slice::from_raw_parts(b, depth * columns) };
                        *squares += Squares(copy).with_simd(simd);
                    }
                }
                // SAFETY: `first` < k and `column` < n, so the offsets lie within the slices: the matrices do, as `extent` asserted without
                // overflow.
                let place = unsafe {
                    Place {
                        c: self.c.as_mut_ptr().add(column),
                        c_row,
                        a: if copied { self.packed.as_ptr() } else { self.a.as_ptr().add(first * self.a_column) },
                        a_row: self.a_row,
                        a_column: if copied { TALL } else { self.a_column },
                        a_group: if copied { depth * TALL } else { TALL * self.a_row },
                        b,
                        b_row,
                        depth,
                        last: columns,
                        accumulate: self.accumulate || first > 0,
                    }
                };
                // SAFETY: the columns column .. column + columns, all m rows and the terms first .. first + depth lie within
                // the matrices, which lie within their slices, or within their copies: that of A has all groups of rows for `depth` terms
                // (asserted), that of B is the panel. `columns` is `width` whole registers where `width` > 1, else at most one.
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
        squares
    }
}

/// All rows of one column of tiles.
///
/// # Safety
///
/// `m` rows at `place` and its columns and terms lie within the matrices that it points to: N whole registers of columns, or where N = 1
/// `last` of one. Nobody else reads or writes those of C.
#[inline(always)]
unsafe fn rows<S: Simd, E: Math, const N: usize>(simd: S, mut place: Place<E>, m: usize) {
    // As many rows as leave a register for a number of A beside the tile and the row of B.
    let tall = if S::REGISTER_COUNT >= 32 { TALL } else { 4 };
    let (mut left, first) = (m, place.a);
    while left > 0 {
        let row = m - left;
        place.a = first.wrapping_add(row / TALL * place.a_group + row % TALL * place.a_row);
        let height = if left >= tall { tall } else { 1 << left.ilog2() };
        // SAFETY: `height` is at most `left`, the rows that are left at `place`.
        unsafe {
            match height {
                TALL => tile::<S, E, TALL, N>(simd, place),
                4 => tile::<S, E, 4, N>(simd, place),
                2 => tile::<S, E, 2, N>(simd, place),
                _ => tile::<S, E, 1, N>(simd, place),
            }
        }
        left -= height;
        place.c = place.c.wrapping_add(height * place.c_row);
    }
}

/// A tile of M rows and N registers.
///
/// # Safety
///
/// As [`rows`], for M rows.
#[inline(always)]
unsafe fn tile<S: Simd, E: Math, const M: usize, const N: usize>(simd: S, place: Place<E>) {
    let Place { c, c_row, a, a_row, a_column, b, b_row, depth, last, accumulate, .. } = place;
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
