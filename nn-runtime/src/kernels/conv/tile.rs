//! A tile of sums held in registers: the innermost loops of every convolution.

use pulp::{Simd, WithSimd};

use super::{load, store};
use crate::kernels::{Element, vector::Vector};

/// Three nested sums of scalars times registers, for a tile of them:
///
/// sum (o, p) = initial (o, p) + Σ over (i, j, k) in this order of scalar (o, i, j, k) × vector (p, i, j, k),
///
/// of which max(sum, floor) goes to target (o, p).
#[derive(Debug)]
pub(super) struct Sums<E> {
    /// How many i, j and k there are.
    pub(super) counts: [usize; 3],
    pub(super) scalar: *const E,
    /// From one o, i, j and k to the next.
    pub(super) scalar_steps: [usize; 4],
    pub(super) vector: *const E,
    /// From one p, i, j and k to the next.
    pub(super) vector_steps: [isize; 4],
    pub(super) initial: *const E,
    /// From one o and p to the next.
    pub(super) initial_steps: [usize; 2],
    pub(super) target: *mut E,
    /// From one o and p to the next.
    pub(super) target_steps: [usize; 2],
    pub(super) floor: E,
}

/// A tile of O × P sums.
struct Tile<'a, E, const O: usize, const P: usize>(&'a Sums<E>);

/// Whether the tile O × P is one that [`for_tile`] is compiled for: it fits the registers with one vector each and a scalar. There are
/// fewer for `f64`, which is for checks, and only one for processors without vectors.
pub(super) const fn exists<S: Simd, E>(o: usize, p: usize) -> bool {
    if S::IS_SCALAR {
        return o == 1 && p == 1;
    }
    let many = S::REGISTER_COUNT >= 32;
    let single = size_of::<E>() == 4;
    match o {
        1 => p == 1 || p == 2 && single || p == 4 || p == 8 && single,
        4 if many => p <= 6 && (single || p != 3 && p < 5),
        4 => p <= 3,
        6 => single && p <= if many { 4 } else { 2 },
        8 | 10 | 12 => single && p == 1,
        _ => false,
    }
}

/// The scalars of the next tile where `left` are left: fours and sixes as far as they go.
pub(super) fn next_scalars<S: Simd, E>(left: usize) -> usize {
    match left {
        6 | 7 | 10 | 11 if exists::<S, E>(6, 1) => 6,
        4.. if exists::<S, E>(4, 1) => 4,
        _ => 1,
    }
}

/// The vectors that tiles of `scalars` have at most.
const fn most_vectors<S: Simd, E>(scalars: usize) -> usize {
    let mut p = 8;
    while p > 1 && !exists::<S, E>(scalars, p) {
        p -= 1;
    }
    p
}

/// The vectors of the next tile where `left` are left: as many as there are tiles for, in tiles of nearly equal width.
#[inline(always)]
pub(super) fn next_vectors<S: Simd, E>(scalars: usize, left: usize) -> usize {
    let most = match scalars {
        1 => const { most_vectors::<S, E>(1) },
        4 => const { most_vectors::<S, E>(4) },
        _ => const { most_vectors::<S, E>(6) },
    };
    if left <= most && exists::<S, E>(scalars, left) {
        return left;
    }
    let even = left.div_ceil(left.div_ceil(most));
    (1..=even).rfind(|&p| exists::<S, E>(scalars, p)).unwrap_or(1)
}

/// The vectors of the next tile where `left` are left, for any number of scalars.
pub(super) fn vectors_for_any<S: Simd, E>(left: usize) -> usize {
    (1..=left.min(8)).rfind(|&p| exists::<S, E>(1, p) && exists::<S, E>(4, p)).unwrap_or(1)
}

/// The scalars of the next tile of `vectors`, which [`vectors_for_any`] gave, where `left` are left: as many as there are tiles for, of
/// nearly equal numbers.
pub(super) fn scalars_for<S: Simd, E>(vectors: usize, left: usize) -> usize {
    let most = (1..=12).rfind(|&o| exists::<S, E>(o, vectors)).unwrap_or(1);
    let even = left.div_ceil(left.div_ceil(most));
    (1..=even).rfind(|&o| exists::<S, E>(o, vectors)).unwrap_or(1)
}

/// The function `$f::<S, E, O, P>` for the tile `$o` × `$p`, one of the usual ones or of those that follow.
macro_rules! for_tile {
    ($f:ident, $s:ident, $e:ident, $o:expr, $p:expr $(, ($a:literal, $b:literal))*) => {
        for_tile!(@ $f, $s, $e, $o, $p, $(($a, $b))* (1, 1) (1, 2) (1, 4) (1, 8) (4, 1) (4, 2) (4, 3) (4, 4) (4, 5) (4, 6) (6, 1) (6, 2) (6, 3) (6, 4))
    };
    (@ $f:ident, $s:ident, $e:ident, $o:expr, $p:expr, $(($a:literal, $b:literal))*) => {
        match ($o, $p) {
            $(($a, $b) if const { $crate::kernels::conv::tile::exists::<$s, $e>($a, $b) } => $f::<$s, $e, $a, $b>,)*
            _ => unreachable!("only tiles that exist are asked for"),
        }
    };
}
pub(super) use for_tile;

/// Calculates a tile of `scalars` × `vectors` sums, for which [`next_scalars`] and [`next_vectors`] gave the numbers.
///
/// # Safety
///
/// For each o, p, i, j and k: the scalar, and as many elements as a register has at the vector and the initial value, must be readable,
/// and as many at the target writable by nobody else.
#[inline(always)]
pub(super) unsafe fn calculate<S: Simd, E: Element>(simd: S, scalars: usize, vectors: usize, sums: &Sums<E>) {
    // A pointer keeps the tiles apart: as parts of one function they would share its registers.
    let tile: unsafe fn(S, &Sums<E>) = for_tile!(tile, S, E, scalars, vectors, (8, 1), (10, 1), (12, 1));
    // SAFETY: by the caller's promise.
    unsafe { tile(simd, sums) }
}

/// # Safety
///
/// As for [`calculate`].
unsafe fn tile<S: Simd, E: Element, const O: usize, const P: usize>(simd: S, sums: &Sums<E>) {
    simd.vectorize(Tile::<E, O, P>(sums));
}

impl<E: Element, const O: usize, const P: usize> WithSimd for Tile<'_, E, O, P> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let s = self.0;
        let mut sums = [[Vector::splat(simd, E::zero()); P]; O];
        // SAFETY: `calculate`, the only way here, had its caller promise that all of these are readable and writable.
        unsafe {
            for o in 0..O {
                for p in 0..P {
                    sums[o][p] = load(simd, s.initial.add(o * s.initial_steps[0] + p * s.initial_steps[1]));
                }
            }
            let fourth = std::hint::black_box(4 * s.scalar_steps[0]);
            for i in 0..s.counts[0] {
                for j in 0..s.counts[1] {
                    let mut scalar = s.scalar.add(i * s.scalar_steps[1] + j * s.scalar_steps[2]);
                    let mut vector = s.vector.offset(i as isize * s.vector_steps[1] + j as isize * s.vector_steps[2]);
                    for _ in 0..s.counts[2] {
                        let mut x = [sums[0][0]; P];
                        for p in 0..P {
                            x[p] = load(simd, vector.offset(p as isize * s.vector_steps[0]));
                        }
                        // From a fourth scalar to the next, so that no address waits for eight others.
                        let fourths = [scalar, scalar.wrapping_add(fourth), scalar.wrapping_add(2 * fourth)];
                        for o in 0..O {
                            let w = Vector::splat(simd, *fourths[o / 4].add(o % 4 * s.scalar_steps[0]));
                            for p in 0..P {
                                sums[o][p] = w.mul_add(x[p], sums[o][p]);
                            }
                        }
                        scalar = scalar.wrapping_add(s.scalar_steps[3]);
                        vector = vector.wrapping_offset(s.vector_steps[3]);
                    }
                }
            }
            let floor = Vector::splat(simd, s.floor);
            for o in 0..O {
                for p in 0..P {
                    // A sum that is no number stays one: of two operands `max` then takes the second.
                    store(s.target.add(o * s.target_steps[0] + p * s.target_steps[1]), floor.max(sums[o][p]));
                }
            }
        }
    }
}
