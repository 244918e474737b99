//! The products of the rows of all samples with a packed weight, each sum handed on while it is in a register or close to one.

use pulp::Simd;

use crate::kernels::{math::Math, recurrent::Place, vector::Vector};

/// What is made of the sums.
pub(super) trait Epilogue<E: Math> {
    /// Takes the sums of one register of units, one for each gate.
    fn take<S: Simd, const G: usize>(&mut self, simd: S, place: Place, sums: [Vector<S, E>; G]);
}

/// A B for rows `a`, `stride` apart and of `depth` numbers each, and a packed B.
#[derive(Clone, Copy)]
pub(super) struct Sweep<'a, E> {
    pub(super) a: &'a [E],
    pub(super) stride: usize,
    pub(super) depth: usize,
    pub(super) rows: usize,
    pub(super) units: usize,
    /// Panels of B, see [`crate::kernels::recurrent::pack`].
    pub(super) packed: &'a [E],
}

/// The rows of a tile at most: with four registers of B and one number of A they fill 32 registers.
const ROWS: usize = 6;

/// The registers of units in the widest panel of a cell without gates.
pub(super) const WIDE: usize = 4;

/// The registers of units in a panel where `left` of them are left, for a weight with one block.
#[inline(always)]
pub(super) fn width(left: usize) -> usize {
    if left >= WIDE { WIDE } else { 1 << left.ilog2() }
}

impl<E: Math> Sweep<'_, E> {
    /// Hands all sums to `epilogue`. `G` is the number of gates, whose registers lie side by side in a panel.
    #[inline(always)]
    pub(super) fn run<S: Simd, const G: usize>(self, simd: S, epilogue: &mut impl Epilogue<E>) {
        let registers = self.units.div_ceil(E::lanes::<S>());
        let mut first = 0;
        while first < registers {
            // One of several gates a register of units, or several registers of units.
            let width = if const { G > 1 } { 1 } else { width(registers - first) };
            if const { G > 1 } {
                self.panel::<S, G, G>(simd, first, epilogue);
            } else if width == WIDE {
                self.panel::<S, WIDE, G>(simd, first, epilogue);
            } else if width == 2 {
                self.panel::<S, 2, G>(simd, first, epilogue);
            } else {
                self.panel::<S, 1, G>(simd, first, epilogue);
            }
            first += width;
        }
    }

    /// All rows of the panel of V registers that begins at the register `first` of units.
    #[inline(always)]
    fn panel<S: Simd, const V: usize, const G: usize>(self, simd: S, first: usize, epilogue: &mut impl Epilogue<E>) {
        let lanes = E::lanes::<S>();
        let packed = E::as_vectors::<S>(&self.packed[first * G * self.depth * lanes..]).0;
        let (packed, mut ahead) = packed.split_at(V * self.depth);
        let packed = packed.as_chunks::<V>().0;
        // Fetched while this panel is multiplied, where not all panels stay in the cache from one step to the next.
        ahead =
            &ahead[..if size_of_val(self.packed) > LARGE { packed.as_flattened().len().min(ahead.len()) } else { 0 }];
        let tall = if S::REGISTER_COUNT >= 32 { ROWS } else { 2 };
        let mut row = 0;
        while row < self.rows {
            let left = self.rows - row;
            let height = if left >= tall { tall } else { 1 << left.ilog2() };
            let a = &self.a[(row * self.stride).min(self.a.len())..];
            let mut sums = [[E::constant(simd, 0.0); V]; ROWS];
            let fetch;
            (fetch, ahead) = ahead.split_at((FETCH * self.depth).min(ahead.len()));
            match height {
                ROWS => tile::<S, E, ROWS, V>(simd, a, self.stride, packed, fetch, &mut sums),
                4 => tile::<S, E, 4, V>(simd, a, self.stride, packed, fetch, &mut sums),
                2 => tile::<S, E, 2, V>(simd, a, self.stride, packed, fetch, &mut sums),
                _ => tile::<S, E, 1, V>(simd, a, self.stride, packed, fetch, &mut sums),
            }
            for (r, sums) in sums[..height].iter().enumerate() {
                for (j, sums) in sums.as_chunks::<G>().0.iter().enumerate() {
                    let unit = (first + j) * lanes;
                    let place = Place { row: row + r, unit, count: (self.units - unit).min(lanes) };
                    epilogue.take(simd, place, sums.map(|sum| Vector::of(simd, sum)));
                }
            }
            row += height;
        }
    }
}

/// The bytes of a packed weight from which its panels do not stay in the second-level cache.
const LARGE: usize = 1 << 20;

/// The registers of the next panel that a tile asks for with each term.
const FETCH: usize = 2;

/// Asks for a cache line before it is read.
#[inline(always)]
fn prefetch<T>(at: &T) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};
        // SAFETY: a prefetch is part of every x86-64 processor and changes nothing but what the caches hold.
        unsafe { _mm_prefetch::<_MM_HINT_T1>(std::ptr::from_ref(at).cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = at;
}

/// The sums of R rows and V registers, while the registers of `fetch` are on their way.
#[inline(always)]
fn tile<S: Simd, E: Math, const R: usize, const V: usize>(
    simd: S,
    a: &[E],
    stride: usize,
    packed: &[[E::Vector<S>; V]],
    fetch: &[E::Vector<S>],
    result: &mut [[E::Vector<S>; V]; ROWS],
) {
    if packed.is_empty() {
        return;
    }
    let last = stride.checked_mul(R - 1).and_then(|last| last.checked_add(packed.len()));
    assert!(last.is_some_and(|last| last <= a.len()), "the rows lie within their slice");
    let mut sums = [[E::constant(simd, 0.0); V]; R];
    for (k, b) in packed.iter().enumerate() {
        if let Some(registers) = fetch.get(FETCH * k..FETCH * (k + 1)) {
            for register in registers {
                prefetch(register);
            }
        }
        for r in 0..R {
            // SAFETY: r < R and k < `packed.len()`, so the index is below (R − 1) · `stride` + `packed.len()`, which was counted without
            // overflow and is at most the length of `a` (asserted above).
            let x = E::splat(simd, unsafe { *a.get_unchecked(r * stride + k) });
            for v in 0..V {
                sums[r][v] = E::mul_add(simd, x, b[v], sums[r][v]);
            }
        }
    }
    result[..R].copy_from_slice(&sums);
}
