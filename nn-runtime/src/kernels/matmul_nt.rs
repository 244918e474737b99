//! C = A Bᵀ for matrices whose rows are contiguous: the forward pass of dense layers, y = x Wᵀ.
//!
//! A few rows of A at a time are transposed, a register of rows for each term; a number of B is then multiplied with whole
//! registers of them. The tiles of the result are transposed back on their way to C. B, the largest operand where there are few
//! samples, is read as it lies.

use pulp::{Simd, WithSimd};

use crate::kernels::{Element, math::Math, matmul::extent, simd::by_lanes, vector::Vector};

/// C = A Bᵀ, or C += A Bᵀ. C is m × n with rows `c_row` apart, A m × k, B n × k, both with their rows one after the other.
pub(super) struct MatmulNt<'a, E> {
    pub(super) c: &'a mut [E],
    pub(super) c_row: usize,
    pub(super) a: &'a [E],
    pub(super) b: &'a [E],
    pub(super) m: usize,
    pub(super) n: usize,
    pub(super) k: usize,
    pub(super) accumulate: bool,
    /// Room for [`room`] numbers, which begins at a cache line.
    pub(super) packed: &'a mut [E],
}

/// The terms that are multiplied in one go: four registers of each stay in the first-level cache.
const DEPTH: usize = 128;

/// The rows of a panel at most: four registers of the widest.
const ROWS: usize = 64;

/// The numbers of the transposed panels of a product of `m` rows of `k` terms.
pub(super) fn room(m: usize, k: usize) -> usize {
    // A number too large for memory is refused where memory is asked for.
    m.min(ROWS).next_power_of_two().max(ROWS / 4).saturating_mul(k)
}

impl<E: Element> WithSimd for MatmulNt<'_, E> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        if self.k == 0 && !self.accumulate {
            self.c.chunks_mut(self.c_row.max(1)).take(self.m).for_each(|row| row[..self.n].fill(E::zero()));
        }
        if self.k == 0 || self.n == 0 || self.m == 0 {
            return;
        }
        let MatmulNt { m, n, k, c_row, .. } = self;
        assert!(self.c.len() >= extent(m, n, c_row, 1), "the result lies within its slice");
        assert!(self.a.len() >= extent(m, k, k, 1) && self.b.len() >= extent(n, k, k, 1), "A and B lie within theirs");
        by_lanes!(S, E, R => panels::<S, E, R>(simd, self));
    }
}

/// Takes the rows of A in panels of four registers, the last perhaps of two or one. `R` is the number of lanes.
#[inline(always)]
fn panels<S: Simd, E: Element, const R: usize>(simd: S, mut p: MatmulNt<'_, E>) {
    let mut first = 0;
    while first < p.m {
        // B streams through once a panel, so many rows go together where there are registers for them.
        if const { S::REGISTER_COUNT >= 32 } && p.m - first > 2 * R {
            panel::<S, E, R, 4>(simd, &mut p, first);
            first += 4 * R;
        } else if p.m - first > R {
            panel::<S, E, R, 2>(simd, &mut p, first);
            first += 2 * R;
        } else {
            panel::<S, E, R, 1>(simd, &mut p, first);
            first += R;
        }
    }
}

/// The rows of C from `first`, N registers of them or those that are left.
#[inline(always)]
fn panel<S: Simd, E: Element, const R: usize, const N: usize>(simd: S, p: &mut MatmulNt<'_, E>, first: usize) {
    let (n, k, c_row) = (p.n, p.k, p.c_row);
    let rows = (p.m - first).min(N * R);
    let c = &mut p.c[first * c_row..(first + rows - 1) * c_row + n];
    let packed = pack::<S, E, R, N>(simd, &p.a[first * k..(first + rows) * k], k, p.packed);
    // Equal blocks: a short last one would cost as much as the others around its few terms.
    let block = k.div_ceil(k.div_ceil(DEPTH));
    for column in (0..n).step_by(R) {
        let columns = (n - column).min(R);
        // The sums of all terms, before they are transposed.
        let mut tile = [[<E as Math>::constant(simd, 0.0); R]; N];
        for (start, packed) in (0..k).step_by(block).zip(packed.chunks(block)) {
            let mut done = 0;
            while done < columns {
                let b = &p.b[(column + done) * k + start..];
                let left = columns - done;
                // As many columns at a time as leave registers for a term, so that their sums hide the latency of a multiplication and addition. Few columns
                // have several sums each, the same whatever N is: a row gets the same bits beside other rows.
                let step = if const { N == 1 && S::REGISTER_COUNT >= 32 } && left >= 16 {
                    dots::<S, E, R, N, 16, 1>(simd, packed, b, k, &mut tile, done);
                    16
                } else if const { N == 1 || N == 2 && S::REGISTER_COUNT >= 32 } && left >= 8 {
                    dots::<S, E, R, N, 8, 1>(simd, packed, b, k, &mut tile, done);
                    8
                } else if left >= 4 {
                    // Of four lanes there are no more columns, and those of one register of rows alone would be too few.
                    if const { R <= 4 && S::REGISTER_COUNT < 32 } {
                        dots::<S, E, R, N, 4, 2>(simd, packed, b, k, &mut tile, done);
                    } else {
                        dots::<S, E, R, N, 4, 1>(simd, packed, b, k, &mut tile, done);
                    }
                    4
                } else if left >= 2 {
                    dots::<S, E, R, N, 2, 2>(simd, packed, b, k, &mut tile, done);
                    2
                } else {
                    dots::<S, E, R, N, 1, 4>(simd, packed, b, k, &mut tile, done);
                    1
                };
                done += step;
            }
        }
        for v in 0..N {
            let mut lines = E::transpose_square(simd, tile[v]);
            let rows = rows.saturating_sub(v * R).min(R);
            let at = (v * R * c_row + column).min(c.len());
            let c = &mut c[at..];
            // All loads before the first store: a store under a mask delays loads close behind it.
            if p.accumulate {
                for r in 0..rows {
                    let old = Vector::load(simd, &c[r * c_row..r * c_row + columns]);
                    lines[r] = (Vector::<S, E>::of(simd, lines[r]) + old).raw();
                }
            }
            for r in 0..rows {
                E::store_partial(simd, &mut c[r * c_row..r * c_row + columns], lines[r]);
            }
        }
    }
}

/// Transposes rows of `k` numbers: lane r of register v of a term is row v R + r, or 0 behind the last row.
#[inline(always)]
fn pack<'a, S: Simd, E: Math, const R: usize, const N: usize>(
    simd: S,
    a: &[E],
    k: usize,
    packed: &'a mut [E],
) -> &'a [[E::Vector<S>; N]] {
    assert!(size_of::<E::Vector<S>>() == R * size_of::<E>());
    assert!(k.checked_mul(N * R).is_some_and(|room| room <= packed.len()), "the transposed rows have room");
    assert!(packed.as_ptr().addr().is_multiple_of(align_of::<E::Vector<S>>()));
    // SAFETY: `packed` is borrowed mutably, holds k × N registers of R numbers, counted without overflow, and begins where one may begin
    // (all asserted). Registers, as their elements, have no invalid bits.
    let packed = unsafe { std::slice::from_raw_parts_mut(packed.as_mut_ptr().cast::<[E::Vector<S>; N]>(), k) };
    let zero = E::constant(simd, 0.0);
    for first in (0..k).step_by(R) {
        let terms = (k - first).min(R);
        let mut block = [[zero; R]; N];
        for v in 0..N {
            let mut rows = [zero; R];
            for r in 0..R {
                if (v * R + r) * k < a.len() {
                    let at = (v * R + r) * k + first;
                    rows[r] = E::load_partial(simd, &a[at..at + terms]);
                }
            }
            block[v] = E::transpose_square(simd, rows);
        }
        for t in 0..terms {
            for v in 0..N {
                packed[first + t][v] = block[v][t];
            }
        }
    }
    packed
}

/// The terms of a turn of the inner loop.
const TERMS: usize = 4;

/// Adds the products of the packed rows with M rows of `b`, which lie `k` apart, to `tile[..][at..at + M]`; U sums each, of every
/// U-th term.
#[inline(always)]
fn dots<S: Simd, E: Math, const R: usize, const N: usize, const M: usize, const U: usize>(
    simd: S,
    packed: &[[E::Vector<S>; N]],
    b: &[E],
    k: usize,
    tile: &mut [[E::Vector<S>; R]; N],
    at: usize,
) {
    let last = k.checked_mul(M - 1).and_then(|last| last.checked_add(packed.len()));
    assert!(last.is_some_and(|last| last <= b.len()), "B has M rows of as many terms");
    let mut sums = [[[E::constant(simd, 0.0); N]; M]; U];
    for m in 0..M {
        for v in 0..N {
            sums[0][m][v] = tile[v][at + m];
        }
    }
    let (groups, rest) = packed.as_chunks::<TERMS>();
    for (group, rows) in groups.iter().enumerate() {
        for u in 0..TERMS {
            for m in 0..M {
                // SAFETY: m < M and the term group × TERMS + u is below `packed.len()`, so the index is below (M − 1) k + `packed.len()`, which
                // was counted without overflow and is at most the length of `b` (asserted above).
                let x = E::splat(simd, unsafe { *b.get_unchecked(m * k + group * TERMS + u) });
                for v in 0..N {
                    sums[u % U][m][v] = E::mul_add(simd, x, rows[u][v], sums[u % U][m][v]);
                }
            }
        }
    }
    for (u, row) in rest.iter().enumerate() {
        for m in 0..M {
            let x = E::splat(simd, b[m * k + groups.len() * TERMS + u]);
            for v in 0..N {
                sums[0][m][v] = E::mul_add(simd, x, row[v], sums[0][m][v]);
            }
        }
    }
    for m in 0..M {
        for v in 0..N {
            let mut sum = sums[0][m][v];
            for u in 1..U {
                sum = E::add(simd, sum, sums[u][m][v]);
            }
            tile[v][at + m] = sum;
        }
    }
}
