//! Products of matrices and vectors.

use pulp::Simd;

use super::{SIZES, agree, exact, unwritten};
use crate::kernels::{
    Element,
    elementwise::Unary,
    four_russians,
    gemv::{MatrixSizes, gemv},
    math::Math,
    matmul::{Matrix, MatrixMut, matmul},
    ratings,
    testing::values,
};

/// A B for A m × k and B k × n in any order of rows and columns, where `at` gives their places.
fn definition(
    [m, n, k]: [usize; 3],
    (a, a_at): (&[f64], [usize; 2]),
    (b, b_at): (&[f64], [usize; 2]),
    start: f64,
) -> Vec<f64> {
    let term = |i: usize, j: usize, t: usize| a[i * a_at[0] + t * a_at[1]] * b[t * b_at[0] + j * b_at[1]];
    (0..m * n).map(|i| start + (0..k).map(|t| term(i / n, i % n, t)).sum::<f64>()).collect()
}

fn products<E: Element>([m, n, k]: [usize; 3]) {
    let (a, b) = (values::<E>(m * k, 1), values::<E>(k * n, 2));
    let (x, y) = (exact(&a), exact(&b));
    for a_at in [[k, 1], [1, m]] {
        for b_at in [[n, 1], [1, k]] {
            for (accumulate, start) in [(false, 0.0), (true, 0.5)] {
                let expected = definition([m, n, k], (&x, a_at), (&y, b_at), start);
                agree(format_args!("{m} × {k} by {k} × {n}"), &expected, || {
                    let mut c = if accumulate { vec![E::from_f64(start); m * n] } else { unwritten(m * n) };
                    let a = Matrix::strided(&a, m, k, a_at[0], a_at[1]);
                    let b = Matrix::strided(&b, k, n, b_at[0], b_at[1]);
                    matmul(MatrixMut::row_major(&mut c, m, n), a, b, accumulate);
                    c
                });
            }
        }
    }
}

#[test]
fn matrix_products() {
    for m in SIZES {
        for n in SIZES {
            for k in SIZES {
                products::<f32>([m, n, k]);
                // As many sizes of each kind, and a seventh of the time.
                if (m + n + k) % 7 == 0 {
                    products::<f64>([m, n, k]);
                }
            }
        }
    }
}

/// Rows of A so far apart that blocks of it are copied, and rows of B that are laid side by side.
#[test]
fn matrix_products_of_terms_far_apart() {
    fn product<E: Element>(m: usize, k: usize) {
        let (stride, n, wide) = (129, 49, 140);
        let (a, b) = (values::<E>((k - 1) * stride + m, 1), values::<E>((k - 1) * wide + n, 2));
        let expected = definition([m, n, k], (&exact(&a), [1, stride]), (&exact(&b), [wide, 1]), 0.0);
        agree(format_args!("{m} × {k} of terms far apart"), &expected, || {
            let mut c = unwritten(m * n);
            let (a, b) = (Matrix::strided(&a, m, k, 1, stride), Matrix::strided(&b, k, n, wide, 1));
            matmul(MatrixMut::row_major(&mut c, m, n), a, b, false);
            c
        });
    }
    for m in [7, 16, 17, 31, 33, 64, 65] {
        for k in [1, 33, 128, 129] {
            product::<f32>(m, k);
            product::<f64>(m, k);
        }
    }
}

fn subsets<E: Element>([m, n, k]: [usize; 3]) {
    let bits = |count: usize| -> Vec<E> {
        values::<E>(count, 5).iter().map(|&x| if x > E::zero() { E::one() } else { E::zero() }).collect()
    };
    let (a, b) = (bits(m * k), values::<E>(k * n, 2));
    let (x, y) = (exact(&a), exact(&b));
    let expected = definition([m, n, k], (&x, [k, 1]), (&y, [n, 1]), 0.0);
    agree(format_args!("zeros and ones, {m} × {k} by {k} × {n}"), &expected, || {
        let mut c = unwritten(m * n);
        assert!(four_russians::product(&mut c, &a, &b, [m, k, n], 1));
        c
    });
    let expected = definition([m, n, k], (&x, [1, m]), (&y, [n, 1]), 0.0);
    agree(format_args!("zeros and ones, transposed, {m} × {k} by {k} × {n}"), &expected, || {
        let mut c = unwritten(m * n);
        assert!(four_russians::transposed_product(&mut c, &a, &b, [m, k, n], 1));
        c
    });
}

#[test]
fn products_of_zeros_and_ones() {
    for m in [24, 31, 33, 257] {
        for k in SIZES {
            for n in [1, 3, 7, 13, 17, 31, 33, 65] {
                subsets::<f32>([m, n, k]);
                subsets::<f64>([m, n, k]);
            }
        }
    }
}

#[derive(Clone, Copy)]
struct Negative;

impl<E: Math> Unary<E> for Negative {
    #[inline(always)]
    fn call<S: Simd>(self, simd: S, x: E::Vector<S>) -> E::Vector<S> {
        E::sub(simd, E::constant(simd, 0.0), x)
    }
}

struct Sizes<const ROWS: usize, const COLUMNS: usize>;

impl<const ROWS: usize, const COLUMNS: usize> MatrixSizes for Sizes<ROWS, COLUMNS> {
    const ROWS: usize = ROWS;
    const COLUMNS: usize = COLUMNS;
}

fn matrix_by_vector<const M: usize, const K: usize>() {
    fn of<const M: usize, const K: usize, E: Element>() {
        let (w, x, bias) = (values::<E>(M * K, 1), values::<E>(K, 2), values::<E>(M, 3));
        for bias in [&bias[..], &[]] {
            let start = |i: usize| bias.get(i).map_or(0.0, |b| b.as_f64());
            let sum = |i: usize| (0..K).map(|k| w[i * K + k].as_f64() * x[k].as_f64()).sum::<f64>();
            let expected: Vec<f64> = (0..M).map(|i| -(sum(i) + start(i))).collect();
            agree(format_args!("−(W x + b) of {M} × {K}"), &expected, || {
                let mut y = unwritten(M);
                gemv::<Sizes<M, K>, E, _>(&w, bias, &x, &mut y, Negative);
                y
            });
        }
        let expected: Vec<f64> = (0..M).map(|i| (0..K).map(|k| w[i * K + k].as_f64() * x[k].as_f64()).sum()).collect();
        agree(format_args!("W x of {M} × {K}"), &expected, || {
            let mut y = unwritten(M);
            E::project(&w, &x, &mut y);
            y
        });
    }
    of::<M, K, f32>();
    of::<M, K, f64>();
}

#[test]
fn matrices_by_vectors() {
    matrix_by_vector::<1, 1>();
    matrix_by_vector::<1, 33>();
    matrix_by_vector::<33, 1>();
    matrix_by_vector::<3, 31>();
    matrix_by_vector::<7, 17>();
    matrix_by_vector::<13, 13>();
    matrix_by_vector::<17, 7>();
    matrix_by_vector::<31, 3>();
    matrix_by_vector::<33, 33>();
}

fn table<E: Element>(width: usize) {
    const LEVELS: usize = 5;
    let (table, h, bias) = (values::<E>(4 * LEVELS * width, 1), values::<E>(width, 2), values::<E>(4 * LEVELS, 3));
    let picked = [3, 0, 3, 19];
    let of = |row: usize, j: usize| table[row * width + j].as_f64();
    let expected: Vec<f64> =
        (0..width).map(|j| h[j].as_f64() + picked.iter().map(|&row| of(row, j)).sum::<f64>()).collect();
    agree(format_args!("sums of rows of {width}"), &expected, || {
        let mut sum = h.clone();
        ratings::add_rows(&mut sum, &table, picked.into_iter());
        sum
    });
    let items = [3, 0, 2];
    let field = |row: usize| bias[row].as_f64() + (0..width).map(|j| h[j].as_f64() * of(row, j)).sum::<f64>();
    let expected: Vec<f64> =
        items.iter().flat_map(|item| (0..LEVELS).map(move |level| field(item * LEVELS + level))).collect();
    agree(format_args!("fields of levels, rows of {width}"), &expected, || {
        let mut y = unwritten(items.len() * LEVELS);
        ratings::level_fields::<E, LEVELS>(&table, &bias, &h, items.into_iter(), &mut y);
        y
    });
    let v = values::<E>(width, 4);
    let (w, u) = (exact(&h), exact(&v));
    agree(format_args!("y + s x of {width}"), &(0..width).map(|j| w[j] - 3.0 * u[j]).collect::<Vec<_>>(), || {
        let mut y = h.clone();
        ratings::add(&mut y, -3.0, &v);
        y
    });
    let first = (0..width).map(|j| 0.5 * w[j] - 2.0 * u[j]);
    let second = (0..width).map(|j| w[j] + 0.25 * u[j]);
    agree(format_args!("a mix of {width}"), &first.chain(second).collect::<Vec<_>>(), || {
        let (mut w, mut v) = (h.clone(), v.clone());
        ratings::mix(&mut w, &mut v, [0.5, -2.0, 1.0, 0.25]);
        [w, v].concat()
    });
}

#[test]
fn tables_of_rows() {
    for width in SIZES {
        table::<f32>(width);
        table::<f64>(width);
    }
}
