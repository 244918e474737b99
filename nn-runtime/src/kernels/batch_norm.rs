//! Channels brought to mean 0 and variance 1 over all samples of a batch.

use pulp::{Simd, WithSimd};

use crate::{
    Element,
    kernels::{scratch, simd},
};

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

    /// Images with the samples innermost, a grid a channel.
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

    /// The samples' numbers in a grid of `length` numbers.
    fn numbers(self, length: usize) -> usize {
        length / self.stride * self.width + (length % self.stride).min(self.width)
    }
}

/// y = max((x − μ) / σ · weight + bias, floor) for the mean μ and the variance σ² − ε of each channel. What lies beyond the samples becomes 0.
#[derive(Debug)]
pub struct Normalize<'a, E> {
    pub(crate) grids: Grids,
    pub(crate) x: &'a [E],
    pub(crate) y: &'a mut [E],
    pub(crate) weight: &'a [E],
    pub(crate) bias: &'a [E],
    pub(crate) epsilon: f64,
    pub(crate) floor: E,
    /// μ and σ² − ε; those of x itself where there are none.
    pub(crate) moments: Option<[&'a [E]; 2]>,
}

/// The gradients of [`Normalize`] without moments.
#[derive(Debug)]
pub struct NormalizeGradient<'a, E> {
    pub(crate) grids: Grids,
    pub(crate) x: &'a [E],
    /// The result of a rectified normalization, whose gradient is 0 where it is not positive; else empty.
    pub(crate) rectified: &'a [E],
    pub(crate) d_y: &'a mut [E],
    /// To be overwritten, unless it is empty. What lies beyond the samples becomes 0.
    pub(crate) d_x: &'a mut [E],
    pub(crate) weight: &'a [E],
    /// The gradient is added.
    pub(crate) d_weight: &'a mut [E],
    /// The gradient is added.
    pub(crate) d_bias: &'a mut [E],
    pub(crate) epsilon: f64,
    pub(crate) running: Running<'a, E>,
}

/// What becomes of the running moments.
#[derive(Debug)]
pub(crate) struct Running<'a, E> {
    pub(crate) mean: &'a [E],
    pub(crate) variance: &'a [E],
    /// momentum · (running − batch) is added.
    pub(crate) d_mean: &'a mut [E],
    /// The same for the variance over n − 1, which there is from two numbers on.
    pub(crate) d_variance: &'a mut [E],
    pub(crate) momentum: f64,
}

/// Runs a [`Normalize`].
pub(super) fn normalize<E: Element>(job: Normalize<'_, E>) {
    let memory = 4 * job.grids.width;
    scratch::with(memory, |memory| simd::run(With { job, memory }));
}

/// Runs a [`NormalizeGradient`].
pub(super) fn normalize_gradient<E: Element>(job: NormalizeGradient<'_, E>) {
    let memory = 5 * job.grids.width;
    scratch::with(memory, |memory| simd::run(With { job, memory }));
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
fn add_up<E: Element, R>(rows: impl Iterator<Item = R>, sums: &mut [E], block: &mut [E], add: impl Fn(&mut [E], R)) {
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

/// The sum of each channel's columns.
#[inline(always)]
fn channel_sum<E: Element>(columns: &[E]) -> f64 {
    columns.iter().map(|x| x.as_f64()).sum()
}

/// Puts the mean of each channel in each of its columns of `mean`, and σ² − ε in those of `variance`.
#[inline(always)]
fn moments<E: Element>(grids: Grids, x: &[E], count: f64, run: usize, memory: [&mut [E]; 3]) {
    let [mean, variance, block] = memory;
    add_up(grids.rows_of(x), mean, block, |sum, x| {
        for (sum, &x) in sum.iter_mut().zip(x) {
            *sum += x;
        }
    });
    for columns in mean.chunks_exact_mut(run) {
        columns.fill(E::from_f64(channel_sum(columns) / count));
    }
    let mean = &*mean;
    add_up(grids.rows_of(x), variance, block, |sum, x| {
        for ((sum, &x), &mean) in sum.iter_mut().zip(x).zip(mean) {
            *sum += (x - mean) * (x - mean);
        }
    });
    for columns in variance.chunks_exact_mut(run) {
        columns.fill(E::from_f64(channel_sum(columns) / count));
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

impl<E: Element> WithSimd for With<'_, Normalize<'_, E>, E> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Normalize { grids, x, y, weight, bias, epsilon, floor, moments: given } = self.job;
        let (length, channels) = (x.len() / grids.count, weight.len() / grids.count);
        let (numbers, run) = (grids.numbers(length) / channels, grids.width / channels);
        if numbers == 0 {
            return;
        }
        let count = numbers as f64;
        let [mean, factor, shift, block] = split(self.memory, grids.width);
        for (grid, (x, y)) in x.chunks_exact(length).zip(y.chunks_exact_mut(length)).enumerate() {
            let own = grid * channels..(grid + 1) * channels;
            match given {
                Some([means, variances]) => {
                    spread(mean, run, means[own.clone()].iter().copied());
                    spread(factor, run, variances[own.clone()].iter().copied());
                }
                None => moments(grids, x, count, run, [&mut *mean, &mut *factor, &mut *block]),
            }
            for (columns, &weight) in factor.chunks_exact_mut(run).zip(&weight[own.clone()]) {
                columns.fill(E::from_f64(scale(columns[0], epsilon) * weight.as_f64()));
            }
            spread(shift, run, bias[own].iter().copied());
            for (x, (y, beyond)) in grids.rows_of(x).zip(grids.rows_of_mut(y)) {
                for ((((y, &x), &mean), &factor), &shift) in y.iter_mut().zip(x).zip(&*mean).zip(&*factor).zip(&*shift)
                {
                    let value = (x - mean) * factor + shift;
                    // Written so that NaN is handed on.
                    *y = if floor > value { floor } else { value };
                }
                beyond.fill(E::zero());
            }
        }
    }
}

impl<E: Element> WithSimd for With<'_, NormalizeGradient<'_, E>, E> {
    type Output = ();

    // With x̂ = (x − μ) / σ, d_x = weight / σ · (d − mean(d) − x̂ · mean(d · x̂)).
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let NormalizeGradient { grids, x, rectified, d_y, d_x, weight, d_weight, d_bias, epsilon, running } = self.job;
        let (length, channels) = (x.len() / grids.count, weight.len() / grids.count);
        let (numbers, run) = (grids.numbers(length) / channels, grids.width / channels);
        if numbers == 0 {
            return;
        }
        let count = numbers as f64;
        let [mean, factor, sums, products, block] = split(self.memory, grids.width);
        for (grid, (x, d_y)) in x.chunks_exact(length).zip(d_y.chunks_exact_mut(length)).enumerate() {
            let first = grid * channels;
            moments(grids, x, count, run, [&mut *mean, &mut *factor, &mut *block]);
            if !rectified.is_empty() {
                for (d, &y) in d_y.iter_mut().zip(&rectified[grid * length..][..length]) {
                    *d = if y > E::zero() { *d } else { E::zero() };
                }
            }
            add_up(grids.rows_of(d_y), sums, block, |sum, d| {
                for (sum, &d) in sum.iter_mut().zip(d) {
                    *sum += d;
                }
            });
            let means = &*mean;
            add_up(grids.rows_of(x).zip(grids.rows_of(d_y)), products, block, |sum, (x, d)| {
                for (((sum, &x), &d), &mean) in sum.iter_mut().zip(x).zip(d).zip(means) {
                    *sum += d * (x - mean);
                }
            });
            // d_x = factor · d − sums − products · (x − μ)
            for channel in 0..channels {
                let (columns, index) = (channel * run..(channel + 1) * run, first + channel);
                let (batch_mean, variance) = (mean[columns.start].as_f64(), factor[columns.start]);
                let scale = scale(variance, epsilon);
                let (sum, product) = (channel_sum(&sums[columns.clone()]), channel_sum(&products[columns.clone()]));
                d_bias[index] += E::from_f64(sum);
                d_weight[index] += E::from_f64(product * scale);
                let slope = scale * weight[index].as_f64();
                factor[columns.clone()].fill(E::from_f64(slope));
                sums[columns.clone()].fill(E::from_f64(slope * sum / count));
                products[columns].fill(E::from_f64(slope * scale * scale * product / count));
                running.d_mean[index] += E::from_f64(running.momentum * (running.mean[index].as_f64() - batch_mean));
                if count > 1.0 {
                    let unbiased = variance.as_f64() * count / (count - 1.0);
                    let difference = running.variance[index].as_f64() - unbiased;
                    running.d_variance[index] += E::from_f64(running.momentum * difference);
                }
            }
            if d_x.is_empty() {
                continue;
            }
            let d_x = &mut d_x[grid * length..][..length];
            let columns = || mean.iter().zip(&*factor).zip(&*sums).zip(&*products);
            for ((x, d), (d_x, beyond)) in grids.rows_of(x).zip(grids.rows_of(d_y)).zip(grids.rows_of_mut(d_x)) {
                for (((d_x, &x), &d), (((&mean, &factor), &sum), &product)) in
                    d_x.iter_mut().zip(x).zip(d).zip(columns())
                {
                    *d_x = factor * d - sum - product * (x - mean);
                }
                beyond.fill(E::zero());
            }
        }
    }
}
