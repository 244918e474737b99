//! Channels brought to mean 0 and variance 1 over all samples of a batch.

use std::ops::Range;

use pulp::{Simd, WithSimd};

use crate::kernels::{Element, compiled::compiled, scratch, simd, sizes::count};

/// Where the numbers of each channel lie: in grids one after the other, each a number of rows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Grids {
    count: usize,
    /// The numbers of a row.
    stride: usize,
    /// The first numbers of a row, which are samples'. The grid's channels have equally many of them, one channel after the other.
    width: usize,
}

impl Grids {
    /// Numbers of a row of an image in which every lane is a sample's, so that a row may be of any length.
    const WIDTH: usize = 512;

    /// A sample a row, of `length` numbers: the first channel's, then the second's.
    pub(crate) fn rows(length: usize) -> Self {
        Grids { count: 1, stride: length.max(1), width: length.max(1) }
    }

    /// Images in the batch-innermost layout, a grid a channel.
    pub(crate) fn images(channels: usize, samples: usize, lanes: usize) -> Self {
        if samples == lanes {
            Grids { count: channels.max(1), stride: Self::WIDTH, width: Self::WIDTH }
        } else {
            Grids { count: channels.max(1), stride: lanes, width: samples }
        }
    }

    /// The rows of a grid.
    #[inline(always)]
    fn rows_of<E>(self, grid: &[E]) -> impl Iterator<Item = &[E]> {
        grid.chunks(self.stride).map(move |row| &row[..self.width.min(row.len())])
    }

    /// The rows of a grid, to change: the samples' numbers, and those behind them.
    #[inline(always)]
    fn rows_of_mut<E>(self, grid: &mut [E]) -> impl Iterator<Item = (&mut [E], &mut [E])> {
        grid.chunks_mut(self.stride).map(move |row| row.split_at_mut(self.width.min(row.len())))
    }

    /// The columns of a channel.
    fn run(self, channels: usize) -> usize {
        self.width * self.count / channels
    }

    /// Calls `f` for each grid with its place in `length` numbers, and its channels among `channels`.
    #[inline(always)]
    fn each(self, length: usize, channels: usize, mut f: impl FnMut(Range<usize>, Range<usize>)) {
        let (length, channels) = (length / self.count, channels / self.count);
        for grid in 0..self.count {
            f(grid * length..(grid + 1) * length, grid * channels..(grid + 1) * channels);
        }
    }
}

/// The mean of each channel and the sum of the squared distances from it.
#[derive(Debug)]
pub struct Moments<'a, E> {
    pub(crate) grids: Grids,
    pub(crate) x: &'a [E],
    pub(crate) mean: &'a mut [E],
    pub(crate) squares: &'a mut [E],
    /// The numbers of a channel.
    pub(crate) count: f64,
}

/// y = max((x − μ) / σ · weight + bias, floor) for the mean μ and the variance σ² − ε of each channel. What lies beyond the samples becomes 0.
#[derive(Debug)]
pub struct Normalize<'a, E> {
    pub(crate) grids: Grids,
    pub(crate) x: &'a [E],
    pub(crate) y: &'a mut [E],
    pub(crate) weight: &'a [E],
    pub(crate) bias: &'a [E],
    pub(crate) mean: &'a [E],
    pub(crate) variance: &'a [E],
    pub(crate) epsilon: f64,
    pub(crate) floor: E,
}

/// The sums over each channel that the gradients of [`Normalize`] need: Σ d and Σ d · (x − μ).
#[derive(Debug)]
pub struct GradientSums<'a, E> {
    pub(crate) grids: Grids,
    pub(crate) x: &'a [E],
    /// The result of a rectified normalization, whose gradient becomes 0 where it is not positive; else empty.
    pub(crate) rectified: &'a [E],
    pub(crate) d_y: &'a mut [E],
    pub(crate) mean: &'a [E],
    pub(crate) sums: &'a mut [E],
    pub(crate) products: &'a mut [E],
}

/// d_x = weight / σ · (d − mean(d) − (x − μ) / σ² · mean(d · (x − μ))). What lies beyond the samples becomes 0.
#[derive(Debug)]
pub struct NormalizeGradient<'a, E> {
    pub(crate) grids: Grids,
    pub(crate) x: &'a [E],
    pub(crate) d_y: &'a [E],
    pub(crate) d_x: &'a mut [E],
    pub(crate) weight: &'a [E],
    pub(crate) mean: &'a [E],
    pub(crate) variance: &'a [E],
    pub(crate) epsilon: f64,
    /// Those of all parts of the batch.
    pub(crate) sums: &'a [E],
    pub(crate) products: &'a [E],
    /// The numbers of a channel in all of them.
    pub(crate) count: f64,
}

compiled! {
    /// Batch normalization for an element type. Sealed through [`crate::Element`].
    pub trait BatchNormalization {
        fn moments(job: Moments<'_, Self>) { with_rows(3, job.grids, |memory| simd::run(With { job, memory })) }
        fn normalize(job: Normalize<'_, Self>) { with_rows(3, job.grids, |memory| simd::run(With { job, memory })) }
        fn gradient_sums(job: GradientSums<'_, Self>) { with_rows(5, job.grids, |memory| simd::run(With { job, memory })) }
        fn normalize_gradient(job: NormalizeGradient<'_, Self>) { with_rows(4, job.grids, |memory| simd::run(With { job, memory })) }
    }
}

/// Calls `f` with memory for some rows of a grid.
fn with_rows<E: Element>(rows: usize, grids: Grids, f: impl FnOnce(&mut [E])) {
    scratch::with(count(&[rows, grids.width]), f);
}

/// A job, and memory for some rows.
struct With<'m, J, E> {
    job: J,
    memory: &'m mut [E],
}

/// Rows that are added up before their sum is added to that of the others, so that a long sum loses no more than a short one.
const BLOCK: usize = 64;

/// The sums of the columns of `rows`, where `add` adds a row to a sum.
#[inline(always)]
fn add_up<E: Element, R>(
    rows: impl Iterator<Item = R>,
    sums: &mut [E],
    block: &mut [E],
    mut add: impl FnMut(&mut [E], R),
) {
    sums.fill(E::zero());
    block.fill(E::zero());
    let mut left = BLOCK;
    for row in rows {
        add(block, row);
        left -= 1;
        if left == 0 {
            flush(sums, block);
            left = BLOCK;
        }
    }
    flush(sums, block);
}

/// Moves the block's sums.
#[inline(always)]
fn flush<E: Element>(sums: &mut [E], block: &mut [E]) {
    for (sum, block) in sums.iter_mut().zip(block) {
        *sum += *block;
        *block = E::zero();
    }
}

/// Puts each channel's number in each of its columns.
#[inline(always)]
fn spread<E: Element>(columns: &mut [E], run: usize, numbers: impl Iterator<Item = E>) {
    for (columns, number) in columns.chunks_exact_mut(run).zip(numbers) {
        columns.fill(number);
    }
}

/// 1 / σ
#[inline(always)]
fn scale<E: Element>(variance: E, epsilon: f64) -> f64 {
    1.0 / (variance.as_f64() + epsilon).sqrt()
}

/// Memory as rows of a grid.
#[inline(always)]
fn split<E, const N: usize>(memory: &mut [E], width: usize) -> [&mut [E]; N] {
    let mut rows = memory.chunks_exact_mut(width);
    std::array::from_fn(|_| rows.next().unwrap_or_default())
}

/// Sums over the columns of each channel.
#[inline(always)]
fn channel_sums<'a, E: Element>(columns: &'a [E], run: usize) -> impl Iterator<Item = f64> + 'a {
    columns.chunks_exact(run).map(|columns| columns.iter().map(|x| x.as_f64()).sum())
}

impl<E: Element> WithSimd for With<'_, Moments<'_, E>, E> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Moments { grids, x, mean, squares, count } = self.job;
        let run = grids.run(mean.len());
        let [sums, means, block] = split(self.memory, grids.width);
        grids.each(x.len(), mean.len(), |place, channels| {
            let x = &x[place];
            add_up(grids.rows_of(x), sums, block, |sum, x| {
                for (sum, &x) in sum.iter_mut().zip(x) {
                    *sum += x;
                }
            });
            for (mean, sum) in mean[channels.clone()].iter_mut().zip(channel_sums(sums, run)) {
                *mean = E::from_f64(sum / count);
            }
            spread(means, run, mean[channels.clone()].iter().copied());
            let means = &*means;
            add_up(grids.rows_of(x), sums, block, |sum, x| {
                for ((sum, &x), &mean) in sum.iter_mut().zip(x).zip(means) {
                    *sum += (x - mean) * (x - mean);
                }
            });
            for (squares, sum) in squares[channels].iter_mut().zip(channel_sums(sums, run)) {
                *squares = E::from_f64(sum);
            }
        });
    }
}

impl<E: Element> WithSimd for With<'_, Normalize<'_, E>, E> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Normalize { grids, x, y, weight, bias, mean, variance, epsilon, floor } = self.job;
        let run = grids.run(weight.len());
        let [means, factors, shifts] = split(self.memory, grids.width);
        grids.each(x.len(), weight.len(), |place, channels| {
            let (x, y) = (&x[place.clone()], &mut y[place]);
            let (weight, variance) = (&weight[channels.clone()], &variance[channels.clone()]);
            let factor = |(&weight, &variance): (&E, &E)| E::from_f64(scale(variance, epsilon) * weight.as_f64());
            spread(means, run, mean[channels.clone()].iter().copied());
            spread(factors, run, weight.iter().zip(variance).map(factor));
            spread(shifts, run, bias[channels].iter().copied());
            for (x, (y, beyond)) in grids.rows_of(x).zip(grids.rows_of_mut(y)) {
                let columns = means.iter().zip(&*factors).zip(&*shifts);
                for ((y, &x), ((&mean, &factor), &shift)) in y.iter_mut().zip(x).zip(columns) {
                    let value = (x - mean) * factor + shift;
                    // Written so that NaN is handed on.
                    *y = if floor > value { floor } else { value };
                }
                beyond.fill(E::zero());
            }
        });
    }
}

impl<E: Element> WithSimd for With<'_, GradientSums<'_, E>, E> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let GradientSums { grids, x, rectified, d_y, mean, sums, products } = self.job;
        let run = grids.run(mean.len());
        let (means, memory) = self.memory.split_at_mut(grids.width);
        let [both, block] = split(memory, 2 * grids.width);
        grids.each(x.len(), mean.len(), |place, channels| {
            let (x, y) = (&x[place.clone()], rectified.get(place.clone()).unwrap_or_default());
            let (mut y, d_y) = (grids.rows_of(y), grids.rows_of_mut(&mut d_y[place]));
            spread(means, run, mean[channels.clone()].iter().copied());
            let means = &*means;
            // A row is rectified and goes into both sums while it is in cache.
            add_up(grids.rows_of(x).zip(d_y), both, block, |both, (x, (d, _))| {
                for (d, &y) in d.iter_mut().zip(y.next().unwrap_or_default()) {
                    *d = if y > E::zero() { *d } else { E::zero() };
                }
                let (sum, product) = both.split_at_mut(grids.width);
                for (sum, &d) in sum.iter_mut().zip(&*d) {
                    *sum += d;
                }
                for (((sum, &x), &d), &mean) in product.iter_mut().zip(x).zip(&*d).zip(means) {
                    *sum += d * (x - mean);
                }
            });
            let (columns, others) = both.split_at(grids.width);
            let found = channel_sums(columns, run).zip(channel_sums(others, run));
            let to = sums[channels.clone()].iter_mut().zip(&mut products[channels]);
            for ((sum, product), (found, other)) in to.zip(found) {
                (*sum, *product) = (E::from_f64(found), E::from_f64(other));
            }
        });
    }
}

impl<E: Element> WithSimd for With<'_, NormalizeGradient<'_, E>, E> {
    type Output = ();

    // d_x = factor · d − sum − product · (x − μ), each of the three constant over a channel.
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let NormalizeGradient { grids, x, d_y, d_x, weight, mean, variance, epsilon, sums, products, count } = self.job;
        let run = grids.run(weight.len());
        let [means, factors, shifts, slopes] = split(self.memory, grids.width);
        grids.each(x.len(), weight.len(), |place, channels| {
            let (x, d_y, d_x) = (&x[place.clone()], &d_y[place.clone()], &mut d_x[place]);
            for (place, channel) in channels.enumerate() {
                let columns = place * run..(place + 1) * run;
                let scale = scale(variance[channel], epsilon);
                let factor = scale * weight[channel].as_f64();
                let slope = factor * scale * scale * products[channel].as_f64() / count;
                means[columns.clone()].fill(mean[channel]);
                factors[columns.clone()].fill(E::from_f64(factor));
                shifts[columns.clone()].fill(E::from_f64(factor * sums[channel].as_f64() / count));
                slopes[columns].fill(E::from_f64(slope));
            }
            let columns = || means.iter().zip(&*factors).zip(&*shifts).zip(&*slopes);
            for ((x, d), (d_x, beyond)) in grids.rows_of(x).zip(grids.rows_of(d_y)).zip(grids.rows_of_mut(d_x)) {
                for (((d_x, &x), &d), (((&mean, &factor), &shift), &slope)) in
                    d_x.iter_mut().zip(x).zip(d).zip(columns())
                {
                    *d_x = factor * d - shift - slope * (x - mean);
                }
                beyond.fill(E::zero());
            }
        });
    }
}
