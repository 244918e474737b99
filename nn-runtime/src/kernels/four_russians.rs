//! C = A B for an A of zeros and ones, with a fifth of the additions that a product needs: the sums of all subsets of five rows of B are calculated
//! once, and each row of A picks one of them (Arlazarov, Dinic, Kronrod and Faradzhev, 1970).
//!
//! States of binary units are such matrices. A sum costs 2⁵ additions a register, which some dozens of rows of A share.

use std::cell::Cell;

use pulp::{Simd, WithSimd};

use crate::kernels::{
    Element,
    compiled::compiled,
    math::Math,
    scratch,
    simd::{lanes, run},
    sizes::count,
    vector::Vector,
};

/// The rows of B whose sums are tabulated together.
const GROUP: usize = 5;

/// Their subsets.
const SUBSETS: usize = 1 << GROUP;

/// The registers that a table is wide at most.
const WIDE: usize = 2;

/// The tables that are read in one go over C at most: they fill two thirds of the first-level cache.
const AHEAD: usize = 8;

/// The rows of C from which its numbers do not stay in that cache, so that it is gone over as rarely as can be.
const MANY_ROWS: usize = 256;

/// Columns of C that a thread takes at least, and a multiple of.
const COLUMNS: usize = 128;

/// The rows of A below which a matrix product is as fast.
const ROWS: usize = 24;

thread_local! {
    /// The subsets that A picks, kept for the next call.
    static CODES: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Which subset of group g of B's rows row i of A picks, at `i × row + g × group`. Group g has the rows g, g + G, g + 2G, … of G groups.
#[derive(Clone, Copy)]
struct Codes<'a> {
    codes: &'a [u8],
    row: usize,
    group: usize,
}

/// Whether each number is 0 or 1.
fn is_binary<E: Element>(a: &[E]) -> bool {
    struct Others<'a, E>(&'a [E]);
    impl<E: Element> WithSimd for Others<'_, E> {
        type Output = bool;

        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) -> bool {
            // Without a branch, so that the compiler makes vector code of it.
            let other =
                |block: &[E]| block.iter().fold(false, |other, &x| other | ((x != E::zero()) & (x != E::one())));
            !self.0.chunks(256).any(other)
        }
    }
    run(Others(a))
}

/// Adds bit `bit` to each code where a number is not 0.
struct Pack<'a, E> {
    codes: &'a mut [u8],
    numbers: &'a [E],
    bit: usize,
}

impl<E: Element> WithSimd for Pack<'_, E> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for (code, &x) in self.codes.iter_mut().zip(self.numbers) {
            *code |= u8::from(x != E::zero()) << self.bit;
        }
    }
}

/// C = A B where A is m × k of zeros and ones, B k × n and C m × n, each with its rows one after the other, on up to `threads` threads. False, and nothing is written, where A has
/// other numbers or so few rows that a matrix product is as fast.
pub(crate) fn product<E: Element>(c: &mut [E], a: &[E], b: &[E], sizes: [usize; 3], threads: usize) -> bool {
    E::subset_product(c, a, b, sizes, threads)
}

fn run_product<E: Element>(c: &mut [E], a: &[E], b: &[E], [m, k, n]: [usize; 3], threads: usize) -> bool {
    if m < ROWS || k == 0 || n == 0 || !is_binary(&a[..count(&[m, k])]) {
        return false;
    }
    let groups = k.div_ceil(GROUP);
    with_codes(m * groups, |codes| {
        for (row, codes) in a.chunks_exact(k).zip(codes.chunks_exact_mut(groups)) {
            for (bit, numbers) in row.chunks(groups).enumerate() {
                run(Pack { codes, numbers, bit });
            }
        }
        let codes = Codes { codes, row: groups, group: 1 };
        multiply(&mut c[..count(&[m, n])], codes, b, [k, n], threads);
    });
    true
}

/// C = Aᵀ B where A is k × m of zeros and ones, B k × n and C m × n, on up to `threads` threads. False, and nothing is written, as for [`product`].
pub(crate) fn transposed_product<E: Element>(c: &mut [E], a: &[E], b: &[E], sizes: [usize; 3], threads: usize) -> bool {
    E::transposed_subset_product(c, a, b, sizes, threads)
}

compiled! {
    /// Products of zeros and ones for an element type. Sealed through [`crate::Element`].
    pub trait BinaryProducts {
        fn subset_product(c: &mut [Self], a: &[Self], b: &[Self], sizes: [usize; 3], threads: usize) -> bool {
            run_product(c, a, b, sizes, threads)
        }
        fn transposed_subset_product(c: &mut [Self], a: &[Self], b: &[Self], sizes: [usize; 3], threads: usize) -> bool {
            run_transposed(c, a, b, sizes, threads)
        }
    }
}

fn run_transposed<E: Element>(c: &mut [E], a: &[E], b: &[E], [m, k, n]: [usize; 3], threads: usize) -> bool {
    if m < ROWS || k == 0 || n == 0 || !is_binary(&a[..count(&[m, k])]) {
        return false;
    }
    let groups = k.div_ceil(GROUP);
    with_codes(m * groups, |codes| {
        for (index, numbers) in a.chunks_exact(m).enumerate() {
            let group = index % groups;
            run(Pack { codes: &mut codes[group * m..(group + 1) * m], numbers, bit: index / groups });
        }
        let codes = Codes { codes, row: 1, group: m };
        multiply(&mut c[..count(&[m, n])], codes, b, [k, n], threads);
    });
    true
}

/// Calls `f` with zeros, memory that this thread keeps.
fn with_codes(length: usize, f: impl FnOnce(&mut [u8])) {
    let mut codes = CODES.take();
    codes.clear();
    codes.resize(length, 0);
    f(&mut codes);
    CODES.set(codes);
}

/// C = A B for the rows of B that the codes pick.
fn multiply<E: Element>(c: &mut [E], codes: Codes<'_>, b: &[E], [k, n]: [usize; 2], threads: usize) {
    assert!(b.len() >= count(&[k, n]), "a matrix lies within its data");
    let rows = c.len() / n;
    // SAFETY: `rows` is the quotient, so C has `rows` rows of `n` numbers; it is borrowed mutably until all threads are done.
    unsafe { spread(Target(c.as_mut_ptr()), rows, codes, b, [k, n], [0, n], threads) };
}

/// Where C begins.
struct Target<E>(*mut E);

impl<E> Clone for Target<E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E> Copy for Target<E> {}

// SAFETY: threads write to columns of their own, as `spread` hands them out.
unsafe impl<E: Send> Send for Target<E> {}

/// Columns `from` to `to` of C, on several threads. Each number is the same sum in the same order, however they are cut.
///
/// # Safety
///
/// The target has `rows` rows of `n` numbers, of which nobody else reads or writes those columns, and `to` ≤ `n`.
unsafe fn spread<E: Element>(
    target: Target<E>,
    rows: usize,
    codes: Codes<'_>,
    b: &[E],
    [k, n]: [usize; 2],
    [from, to]: [usize; 2],
    threads: usize,
) {
    if threads > 1 && to - from >= 2 * COLUMNS {
        let middle = from + ((to - from) / 2).next_multiple_of(COLUMNS);
        let half = threads.div_ceil(2);
        rayon::join(
            // SAFETY: the caller's promise, for a part of the columns.
            move || unsafe { spread(target, rows, codes, b, [k, n], [from, middle], half) },
            // SAFETY: the same, for the others.
            move || unsafe { spread(target, rows, codes, b, [k, n], [middle, to], half) },
        );
        return;
    }
    // The widest registers are 64 bytes.
    scratch::with(AHEAD * SUBSETS * WIDE * 64 / size_of::<E>(), |tables| {
        run(Multiply { target, rows, codes, b, k, n, from, to, tables });
    });
}

/// Some columns of C, under the promise of [`spread`].
struct Multiply<'a, E> {
    target: Target<E>,
    rows: usize,
    codes: Codes<'a>,
    b: &'a [E],
    k: usize,
    n: usize,
    from: usize,
    to: usize,
    tables: &'a mut [E],
}

impl<E: Element> WithSimd for Multiply<'_, E> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let mut column = self.from;
        while column < self.to {
            let wide = self.to - column >= WIDE * const { lanes::<S, E>() };
            column += if wide { self.columns::<S, WIDE>(simd, column) } else { self.columns::<S, 1>(simd, column) };
        }
    }
}

impl<E: Element> Multiply<'_, E> {
    /// W registers of columns from `column` on, or where W = 1 as many columns of one as there are. Returns how many.
    #[inline(always)]
    fn columns<S: Simd, const W: usize>(&mut self, simd: S, column: usize) -> usize {
        let width = (self.to - column).min(W * const { lanes::<S, E>() });
        let groups = self.k.div_ceil(GROUP);
        let mut first = 0;
        while first < groups {
            let left = groups - first;
            let ahead = match left {
                AHEAD.. if self.rows >= MANY_ROWS => AHEAD,
                4.. => 4,
                _ => 1,
            };
            for g in 0..ahead {
                self.tabulate::<S, W>(simd, first + g, g, column, width);
            }
            match ahead {
                AHEAD => self.pick::<S, W, AHEAD>(simd, first, column, width),
                4 => self.pick::<S, W, 4>(simd, first, column, width),
                _ => self.pick::<S, W, 1>(simd, first, column, width),
            }
            first += ahead;
        }
        width
    }

    /// The sums of all subsets of a group's rows into table `place`: each is one with a row less, and that row.
    #[inline(always)]
    fn tabulate<S: Simd, const W: usize>(&mut self, simd: S, group: usize, place: usize, column: usize, width: usize) {
        let groups = self.k.div_ceil(GROUP);
        let (vectors, _) = E::as_vectors_mut::<S>(self.tables);
        let table = &mut vectors[place * SUBSETS * W..(place + 1) * SUBSETS * W];
        table[..W].fill(<E as Math>::constant(simd, 0.0));
        for bit in 0..GROUP {
            let row = group + bit * groups;
            let (done, next) = table.split_at_mut(W << bit);
            // Behind the last row of B, sums are picked by no code.
            if row >= self.k {
                break;
            }
            let row = load::<S, E, W>(simd, &self.b[row * self.n + column..][..width]);
            for (next, done) in next.chunks_exact_mut(W).zip(done.chunks_exact(W)) {
                for w in 0..W {
                    next[w] = (Vector::<S, E>::of(simd, done[w]) + Vector::of(simd, row[w])).raw();
                }
            }
        }
    }

    /// Each row of C gets the sums that it picks of the first A tables, which are those of the groups from `first` on.
    #[inline(always)]
    fn pick<S: Simd, const W: usize, const A: usize>(&mut self, simd: S, first: usize, column: usize, width: usize) {
        let (vectors, _) = E::as_vectors::<S>(self.tables);
        let tables = &vectors[..A * SUBSETS * W];
        let Codes { codes, row: stride, group } = self.codes;
        for i in 0..self.rows {
            // SAFETY: row i < `rows` and the columns column .. column + width ≤ `to` of it lie within C and are this thread's, by the
            // promise of `spread`.
            let c = unsafe { std::slice::from_raw_parts_mut(self.target.0.add(i * self.n + column), width) };
            let mut sums = [<E as Math>::constant(simd, 0.0); W];
            if first > 0 {
                sums = load::<S, E, W>(simd, c);
            }
            for g in 0..A {
                let code = usize::from(codes[i * stride + (first + g) * group]) % SUBSETS;
                let sum = &tables[(g * SUBSETS + code) * W..][..W];
                for w in 0..W {
                    sums[w] = (Vector::<S, E>::of(simd, sums[w]) + Vector::of(simd, sum[w])).raw();
                }
            }
            if W > 1 {
                let (vectors, _) = E::as_vectors_mut::<S>(c);
                vectors[..W].copy_from_slice(&sums);
            } else {
                E::store_partial(simd, c, sums[0]);
            }
        }
    }
}

/// W registers, or where W = 1 as many numbers of one as there are.
#[inline(always)]
fn load<S: Simd, E: Element, const W: usize>(simd: S, numbers: &[E]) -> [E::Vector<S>; W] {
    let mut registers = [<E as Math>::constant(simd, 0.0); W];
    if W > 1 {
        registers.copy_from_slice(&E::as_vectors::<S>(numbers).0[..W]);
    } else {
        registers[0] = E::load_partial(simd, numbers);
    }
    registers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::{
        simd::at_each_level,
        testing::{assert_close, values},
    };

    fn bits<E: Element>(count: usize) -> Vec<E> {
        values::<f64>(count, 5).iter().map(|&x| if x > 0.2 { E::one() } else { E::zero() }).collect()
    }

    fn check<E: Element>([m, k, n]: [usize; 3], tolerance: f64) {
        let b = values::<E>(k * n, 2);
        let entry = |a: &[E], i: usize, j: usize, row: usize, column: usize| -> f64 {
            (0..k).map(|t| a[i * row + t * column].as_f64() * b[t * n + j].as_f64()).sum()
        };
        let expected = |a: &[E], row: usize, column: usize| -> Vec<f64> {
            (0..m * n).map(|i| entry(a, i / n, i % n, row, column)).collect()
        };
        let a = bits::<E>(m * k);
        let result: Result<(), ()> = at_each_level(|| {
            let mut c = vec![E::nan(); m * n];
            for threads in [1, 3] {
                assert!(product(&mut c, &a, &b, [m, k, n], threads));
                assert_close(&c, &expected(&a, k, 1), tolerance);
                let mut c = vec![E::nan(); m * n];
                assert!(transposed_product(&mut c, &a, &b, [m, k, n], threads));
                assert_close(&c, &expected(&a, 1, m), tolerance);
            }
            Ok(())
        });
        assert_eq!(result, Ok(()));
    }

    #[test]
    fn products_agree_with_the_definition() {
        for [m, k] in [[24, 1], [30, 5], [25, 7], [40, 64], [300, 43]] {
            for n in [1, 15, 16, 35, 64, 300] {
                check::<f32>([m, k, n], 1e-5);
                check::<f64>([m, k, n], 1e-13);
            }
        }
    }

    #[test]
    fn other_numbers_and_few_rows_are_left_to_the_matrix_product() {
        let (mut a, b, mut c) = (bits::<f32>(30 * 9), values::<f32>(9 * 4, 1), vec![7.0; 120]);
        for other in [0.5, -1.0, 2.0, f32::NAN, f32::INFINITY] {
            a[100] = other;
            assert!(!product(&mut c, &a, &b, [30, 9, 4], 1));
            assert!(!transposed_product(&mut c, &a, &b, [30, 9, 4], 1));
        }
        a[100] = 1.0;
        assert!(!product(&mut c, &a, &b, [ROWS - 1, 9, 4], 1));
        assert!(c.iter().all(|&c| c == 7.0));
        assert!(product(&mut c, &a, &b, [30, 9, 4], 1));
    }
}
