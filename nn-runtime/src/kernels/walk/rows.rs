//! Rows that are normalized, and losses over them.

use pulp::Simd;

use super::{SIZES, agree, exact, unwritten};
use crate::kernels::{
    Element, layer_norm,
    loss::{self, Pointwise},
    math::Math,
    rows::{SumRows, gather},
    softmax,
    testing::values,
};

/// Fewer rows than are taken together, and more.
const ROWS: [usize; 2] = [1, 5];

/// `f` of each row.
fn each_row(x: &[f64], width: usize, f: impl Fn(&[f64]) -> Vec<f64>) -> Vec<f64> {
    x.chunks(width).flat_map(f).collect()
}

/// Σ eˣ
fn total(row: &[f64]) -> f64 {
    row.iter().map(|x| x.exp()).sum()
}

fn softmaxes<E: Element>(rows: usize, width: usize) {
    let (z, d) = (values::<E>(rows * width, 1), values::<E>(rows * width, 2));
    let (x, slope) = (exact(&z), exact(&d));
    let y = each_row(&x, width, |row| row.iter().map(|x| x.exp() / total(row)).collect());
    agree(format_args!("softmax of {rows} × {width}"), &y, || {
        let mut y = z.clone();
        softmax::forward(&mut y, width);
        y
    });
    let log = each_row(&x, width, |row| row.iter().map(|x| x - total(row).ln()).collect());
    agree(format_args!("its logarithm of {rows} × {width}"), &log, || {
        let mut y = z.clone();
        softmax::log_forward(&mut y, width);
        y
    });
    let given: Vec<E> = y.iter().map(|&y| E::from_f64(y)).collect();
    let sums = |of: &dyn Fn(usize) -> f64| -> Vec<f64> {
        (0..rows).map(|row| (row * width..(row + 1) * width).map(of).sum()).collect()
    };
    let sum = sums(&|i| slope[i] * given[i].as_f64());
    let expected: Vec<f64> = (0..d.len()).map(|i| given[i].as_f64() * (slope[i] - sum[i / width])).collect();
    agree(format_args!("the gradient of softmax of {rows} × {width}"), &expected, || {
        let mut d = d.clone();
        softmax::backward(&given, &mut d, width);
        d
    });
    let given: Vec<E> = log.iter().map(|&y| E::from_f64(y)).collect();
    let sum = sums(&|i| slope[i]);
    let expected: Vec<f64> = (0..d.len()).map(|i| slope[i] - given[i].as_f64().exp() * sum[i / width]).collect();
    agree(format_args!("the gradient of its logarithm of {rows} × {width}"), &expected, || {
        let mut d = d.clone();
        softmax::log_backward(&given, &mut d, width);
        d
    });
    // The loss −ln softmax of the first class, and twice the softmax.
    let losses = each_row(&x, width, |row| vec![total(row).ln() - row[0]]);
    let twice: Vec<f64> = y.iter().map(|y| 2.0 * y).collect();
    for with_slopes in [false, true] {
        let expected = if with_slopes { [&losses[..], &twice].concat() } else { losses.clone() };
        agree(format_args!("cross entropy of {rows} × {width}"), &expected, || {
            let (mut losses, mut d) = (unwritten(rows), unwritten::<E>(if with_slopes { rows * width } else { 0 }));
            let d_of_rows = with_slopes.then_some(&mut d[..]);
            loss::softmax_rows(&z, width, 2.0, d_of_rows, |row, largest, rest, _| {
                losses[row] = rest.ln_1p() + (largest - z[row * width]);
            });
            [losses, d].concat()
        });
    }
}

/// The mean and 1 / σ of a row.
fn moments(row: &[f64], epsilon: f64) -> (f64, f64) {
    let count = row.len() as f64;
    let mean = row.iter().sum::<f64>() / count;
    let variance = row.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / count;
    (mean, 1.0 / (variance + epsilon).sqrt())
}

fn normalized<E: Element>(rows: usize, width: usize) {
    let epsilon = 0.1;
    let (x, d_y) = (values::<E>(rows * width, 1), values::<E>(rows * width, 2));
    let (weight, bias) = (values::<E>(width, 3), values::<E>(width, 4));
    let (w, b, d) = (exact(&weight), exact(&bias), exact(&d_y));
    let standard = each_row(&exact(&x), width, |row| {
        let (mean, scale) = moments(row, epsilon);
        row.iter().map(|x| (x - mean) * scale).collect()
    });
    let expected: Vec<f64> = standard.iter().enumerate().map(|(i, x)| x * w[i % width] + b[i % width]).collect();
    agree(format_args!("layer normalization of {rows} × {width}"), &expected, || {
        let mut y = unwritten(rows * width);
        layer_norm::Normalize { x: &x, y: &mut y, weight: &weight, bias: &bias, epsilon }.run();
        y
    });
    let mut expected = vec![0.0; rows * width + 2 * width];
    for row in 0..rows {
        let place = row * width..(row + 1) * width;
        let (_, scale) = moments(&exact(&x[place.clone()]), epsilon);
        let g: Vec<f64> = place.clone().map(|i| d[i] * w[i % width]).collect();
        let mean = g.iter().sum::<f64>() / width as f64;
        let along = place.clone().map(|i| g[i % width] * standard[i]).sum::<f64>() / width as f64;
        for i in place {
            expected[i] = (g[i % width] - mean - standard[i] * along) * scale;
            expected[rows * width + i % width] += d[i] * standard[i];
            expected[rows * width + width + i % width] += d[i];
        }
    }
    agree(format_args!("the gradient of layer normalization of {rows} × {width}"), &expected, || {
        let (mut d_x, mut d_weight, mut d_bias) =
            (unwritten(rows * width), vec![E::zero(); width], vec![E::zero(); width]);
        layer_norm::NormalizeGradient {
            x: &x,
            d_y: &d_y,
            d_x: &mut d_x,
            weight: &weight,
            d_weight: &mut d_weight,
            d_bias: &mut d_bias,
            epsilon,
        }
        .run();
        [d_x, d_weight, d_bias].concat()
    });
}

/// ℓ(y, t) = (y − t)² + 1: a loss that is not 0 where nothing is.
#[derive(Clone, Copy)]
struct Shifted;

impl<E: Math> Pointwise<E> for Shifted {
    #[inline(always)]
    fn call<S: Simd>(self, simd: S, y: E::Vector<S>, t: E::Vector<S>) -> (E::Vector<S>, E::Vector<S>) {
        let d = E::sub(simd, y, t);
        (E::mul_add(simd, d, d, E::constant(simd, 1.0)), E::add(simd, d, d))
    }
}

fn pointwise<E: Element>(count: usize) {
    let (y, t) = (values::<E>(count, 1), values::<E>(count, 2));
    let d: Vec<f64> = y.iter().zip(&t).map(|(y, t)| y.as_f64() - t.as_f64()).collect();
    let value: f64 = d.iter().map(|d| d * d + 1.0).sum();
    let expected: Vec<f64> = [value, value].into_iter().chain(d.iter().map(|d| 3.0 * 2.0 * d)).collect();
    agree(format_args!("a loss of {count}"), &expected, || {
        let mut d = unwritten(count);
        let alone = loss::pointwise(Shifted, &y, &t, 3.0, None);
        let both = loss::pointwise(Shifted, &y, &t, 3.0, Some(&mut d));
        [vec![E::from_f64(alone), E::from_f64(both)], d].concat()
    });
}

fn indexed<E: Element>(width: usize) {
    let (table, right) = (values::<E>(5 * width, 1), values::<E>(4 * width, 2));
    let indices = [4.0, 0.0, 4.0, 2.0];
    let rows = || indices.iter().map(|&row| row as usize);
    let expected: Vec<f64> = rows().flat_map(|row| exact(&table[row * width..(row + 1) * width])).collect();
    let indices = indices.map(E::from_f64);
    agree(format_args!("rows of {width} by index"), &expected, || {
        let mut y = unwritten(4 * width);
        gather(&table, width, &indices, &mut y);
        y
    });
    let mut expected = vec![0.0; 5 * width];
    for (i, row) in rows().enumerate() {
        for j in 0..width {
            expected[row * width + j] += right[i * width + j].as_f64();
        }
    }
    agree(format_args!("sums of rows of {width} by index"), &expected, || {
        let mut sums = unwritten(5 * width);
        SumRows { sums: &mut sums, first: 0, rows: 5, width }.write(&indices, &right);
        sums
    });
}

#[test]
fn softmax_and_its_losses() {
    for width in SIZES {
        for rows in ROWS {
            softmaxes::<f32>(rows, width);
            softmaxes::<f64>(rows, width);
        }
    }
}

#[test]
fn layer_normalization() {
    for width in SIZES {
        for rows in ROWS {
            normalized::<f32>(rows, width);
            normalized::<f64>(rows, width);
        }
    }
}

#[test]
fn losses_of_elements() {
    for count in SIZES {
        pointwise::<f32>(count);
        pointwise::<f64>(count);
    }
}

#[test]
fn rows_by_index() {
    for width in SIZES {
        indexed::<f32>(width);
        indexed::<f64>(width);
    }
}
