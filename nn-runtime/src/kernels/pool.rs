//! Maxima and means over windows of interleaved images.

use std::ops::Range;

use pulp::{Simd, WithSimd};

use crate::{
    Element,
    kernels::{math::Math, simd},
    network::LANES,
};

/// The sizes of a pooling layer; pairs are vertical and horizontal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PoolSizes {
    /// Channels.
    pub(crate) channels: usize,
    /// Where the windows lie.
    pub(crate) windows: Windows,
    /// The input's size.
    pub(crate) input: [usize; 2],
    /// The output's size.
    pub(crate) output: [usize; 2],
    /// The samples that a pixel has room for.
    pub(crate) lanes: usize,
}

/// Where the windows of a pooling layer lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Windows {
    /// Window (i, j) covers rows `i · stride − padding` to `i · stride − padding + kernel`, as far as they exist, and columns
    /// likewise.
    Sliding { kernel: [usize; 2], stride: [usize; 2], padding: [usize; 2] },
    /// Window (i, j) of h × w covers rows ⌊i · H / h⌋ to ⌈(i + 1) · H / h⌉ of H, and columns likewise.
    Adaptive,
}

/// y = the maxima over the windows.
#[derive(Debug)]
pub struct MaxPool<'a, E> {
    pub(crate) sizes: PoolSizes,
    pub(crate) x: &'a [E],
    pub(crate) y: &'a mut [E],
}

/// d_x = d_y at the first maximum of each window in row-major order, 0 elsewhere; overlapping windows add up.
#[derive(Debug)]
pub struct MaxPoolGradient<'a, E> {
    pub(crate) sizes: PoolSizes,
    pub(crate) x: &'a [E],
    pub(crate) y: &'a [E],
    pub(crate) d_y: &'a [E],
    pub(crate) d_x: &'a mut [E],
}

/// y = the sums over the windows over their size: what lies outside of the input counts as zero.
#[derive(Debug)]
pub struct AveragePool<'a, E> {
    pub(crate) sizes: PoolSizes,
    pub(crate) x: &'a [E],
    pub(crate) y: &'a mut [E],
}

/// d_x = the sum of d_y over the window's size, over the windows that cover a pixel.
#[derive(Debug)]
pub struct AveragePoolGradient<'a, E> {
    pub(crate) sizes: PoolSizes,
    pub(crate) d_y: &'a [E],
    pub(crate) d_x: &'a mut [E],
}

/// Runs `kernel` with registers that divide `lanes`.
pub(super) fn run<K: WithSimd>(lanes: usize, kernel: K) -> K::Output {
    if lanes.is_multiple_of(LANES) { simd::run(kernel) } else { kernel.with_simd(pulp::Scalar) }
}

impl PoolSizes {
    /// The registers of a pixel.
    #[inline(always)]
    fn registers<S: Simd, E: Element>(&self) -> usize {
        self.lanes / E::lanes::<S>()
    }

    /// Calls `f(channel, i, j)` for each window.
    #[inline(always)]
    fn windows(&self, mut f: impl FnMut(usize, usize, usize)) {
        for channel in 0..self.channels {
            for i in 0..self.output[0] {
                for j in 0..self.output[1] {
                    f(channel, i, j);
                }
            }
        }
    }

    /// The input positions of window `i` along an axis.
    #[inline(always)]
    fn covers(&self, axis: usize, i: usize) -> Range<usize> {
        let (input, output) = (self.input[axis], self.output[axis]);
        match self.windows {
            Windows::Sliding { kernel, stride, padding } => {
                let start = i * stride[axis];
                let clip = |end: usize| end.saturating_sub(padding[axis]).min(input);
                clip(start)..clip(start + kernel[axis])
            }
            Windows::Adaptive => i * input / output..((i + 1) * input).div_ceil(output),
        }
    }

    /// The pixels of the input that window (i, j) covers, in row-major order.
    #[inline(always)]
    fn pixels(&self, channel: usize, i: usize, j: usize) -> impl Iterator<Item = usize> + use<> {
        let (columns, [height, width]) = (self.covers(1, j), self.input);
        self.covers(0, i).flat_map(move |row| {
            let line = (channel * height + row) * width;
            line + columns.start..line + columns.end
        })
    }

    /// The pixel of the output that window (i, j) gives.
    #[inline(always)]
    fn window(&self, channel: usize, i: usize, j: usize) -> usize {
        (channel * self.output[0] + i) * self.output[1] + j
    }

    /// Whether the windows are 2 × 2, side by side, and within the input.
    fn is_halving(&self) -> bool {
        let fits = |axis: usize| self.output[axis] * 2 <= self.input[axis];
        let halving = Windows::Sliding { kernel: [2, 2], stride: [2, 2], padding: [0, 0] };
        self.windows == halving && fits(0) && fits(1)
    }

    /// The factor of window (i, j)'s mean.
    #[inline(always)]
    fn share<E: Element>(&self, i: usize, j: usize) -> E {
        let size = match self.windows {
            Windows::Sliding { kernel: [height, width], .. } => height * width,
            Windows::Adaptive => self.covers(0, i).len() * self.covers(1, j).len(),
        };
        E::one() / E::from_f64(size as f64)
    }
}

/// The maxima of 2 × 2 windows side by side of a single image: a loop that the compiler turns into vectors.
struct SingleHalving<'a, E>(MaxPool<'a, E>);

impl<E: Element> WithSimd for SingleHalving<'_, E> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let MaxPool { sizes: s, x, y } = self.0;
        // Of two numbers the second where one is none, as for vectors.
        let larger = |a: E, b: E| if a > b { a } else { b };
        let width = s.input[1];
        for (row, y) in y.chunks_exact_mut(s.output[1]).enumerate() {
            let at = (row / s.output[0] * s.input[0] + row % s.output[0] * 2) * width;
            let (first, second) = x[at..at + 2 * width].split_at(width);
            for ((y, a), b) in y.iter_mut().zip(first.chunks_exact(2)).zip(second.chunks_exact(2)) {
                *y = larger(larger(a[0], a[1]), larger(b[0], b[1]));
            }
        }
    }
}

/// Runs a maximum pooling.
pub(super) fn max_pool<E: Element>(job: MaxPool<'_, E>) {
    if job.sizes.lanes == 1 && job.sizes.is_halving() && job.sizes.output[1] > 0 {
        simd::run(SingleHalving(job));
    } else {
        run(job.sizes.lanes, job);
    }
}

impl<E: Element> WithSimd for MaxPool<'_, E> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let MaxPool { sizes: s, x, y } = self;
        let n = s.registers::<S, E>();
        let ((x, _), (y, _)) = (E::as_vectors::<S>(x), E::as_vectors_mut::<S>(y));
        if s.is_halving() && s.output[1] > 0 {
            let line = s.input[1] * n;
            for (row, y) in y.chunks_exact_mut(s.output[1] * n).enumerate() {
                let (channel, i) = (row / s.output[0], row % s.output[0]);
                let at = (channel * s.input[0] + 2 * i) * line;
                let (first, second) = x[at..at + 2 * line].split_at(line);
                for (j, y) in y.chunks_exact_mut(n).enumerate() {
                    let (a, b) = (&first[j * 2 * n..][..2 * n], &second[j * 2 * n..][..2 * n]);
                    for v in 0..n {
                        y[v] = maximum::<S, E>(
                            simd,
                            maximum::<S, E>(simd, a[v], a[n + v]),
                            maximum::<S, E>(simd, b[v], b[n + v]),
                        );
                    }
                }
            }
            return;
        }
        s.windows(|channel, i, j| {
            let window = s.window(channel, i, j) * n;
            for v in 0..n {
                let lowest = E::splat(simd, E::neg_infinity());
                y[window + v] =
                    s.pixels(channel, i, j).fold(lowest, |m, pixel| maximum::<S, E>(simd, m, x[pixel * n + v]));
            }
        });
    }
}

#[inline(always)]
fn maximum<S: Simd, E: Math>(simd: S, a: E::Vector<S>, b: E::Vector<S>) -> E::Vector<S> {
    E::max(simd, a, b)
}

/// What of `d` belongs to a pixel where it is the maximum `y`, and what is left for the pixels after it.
#[inline(always)]
fn hand_out<S: Simd, E: Math>(simd: S, x: E::Vector<S>, y: E::Vector<S>, d: E::Vector<S>) -> [E::Vector<S>; 2] {
    let zero = E::constant(simd, 0.0);
    let here = E::equal(simd, x, y);
    [E::select(simd, here, d, zero), E::select(simd, here, zero, d)]
}

#[inline(always)]
fn sum<S: Simd, E: Math>(simd: S, a: E::Vector<S>, b: E::Vector<S>) -> E::Vector<S> {
    E::add(simd, a, b)
}

#[inline(always)]
fn product<S: Simd, E: Math>(simd: S, a: E::Vector<S>, b: E::Vector<S>) -> E::Vector<S> {
    E::mul(simd, a, b)
}

impl<E: Element> WithSimd for MaxPoolGradient<'_, E> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let MaxPoolGradient { sizes: s, x, y, d_y, d_x } = self;
        let n = s.registers::<S, E>();
        let halving = s.is_halving();
        if !halving || s.output.map(|size| size * 2) != s.input {
            d_x.fill(E::zero());
        }
        let ((x, _), (y, _), (d_y, _)) = (E::as_vectors::<S>(x), E::as_vectors::<S>(y), E::as_vectors::<S>(d_y));
        let (d_x, _) = E::as_vectors_mut::<S>(d_x);
        if halving && s.output[1] > 0 {
            let line = s.input[1] * n;
            let rows = y.chunks_exact(s.output[1] * n).zip(d_y.chunks_exact(s.output[1] * n)).enumerate();
            for (row, (y, d_y)) in rows {
                let (channel, i) = (row / s.output[0], row % s.output[0]);
                let at = (channel * s.input[0] + 2 * i) * line;
                let (first, second) = x[at..at + 2 * line].split_at(line);
                let (d_first, d_second) = d_x[at..at + 2 * line].split_at_mut(line);
                for (j, (y, d_y)) in y.chunks_exact(n).zip(d_y.chunks_exact(n)).enumerate() {
                    let (a, b) = (&first[j * 2 * n..][..2 * n], &second[j * 2 * n..][..2 * n]);
                    let (d_a, d_b) = (&mut d_first[j * 2 * n..][..2 * n], &mut d_second[j * 2 * n..][..2 * n]);
                    for v in 0..n {
                        let mut left = d_y[v];
                        [d_a[v], left] = hand_out::<S, E>(simd, a[v], y[v], left);
                        [d_a[n + v], left] = hand_out::<S, E>(simd, a[n + v], y[v], left);
                        [d_b[v], left] = hand_out::<S, E>(simd, b[v], y[v], left);
                        [d_b[n + v], _] = hand_out::<S, E>(simd, b[n + v], y[v], left);
                    }
                }
            }
            return;
        }
        s.windows(|channel, i, j| {
            let window = s.window(channel, i, j) * n;
            for v in 0..n {
                let mut left = d_y[window + v];
                for pixel in s.pixels(channel, i, j) {
                    let here;
                    [here, left] = hand_out::<S, E>(simd, x[pixel * n + v], y[window + v], left);
                    d_x[pixel * n + v] = sum::<S, E>(simd, d_x[pixel * n + v], here);
                }
            }
        });
    }
}

impl<E: Element> WithSimd for AveragePool<'_, E> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let AveragePool { sizes: s, x, y } = self;
        let n = s.registers::<S, E>();
        let ((x, _), (y, _)) = (E::as_vectors::<S>(x), E::as_vectors_mut::<S>(y));
        s.windows(|channel, i, j| {
            let share = E::splat(simd, s.share::<E>(i, j));
            let window = s.window(channel, i, j) * n;
            for v in 0..n {
                let zero = E::splat(simd, E::zero());
                let total =
                    s.pixels(channel, i, j).fold(zero, |total, pixel| sum::<S, E>(simd, total, x[pixel * n + v]));
                y[window + v] = product::<S, E>(simd, total, share);
            }
        });
    }
}

impl<E: Element> WithSimd for AveragePoolGradient<'_, E> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let AveragePoolGradient { sizes: s, d_y, d_x } = self;
        let n = s.registers::<S, E>();
        d_x.fill(E::zero());
        let ((d_y, _), (d_x, _)) = (E::as_vectors::<S>(d_y), E::as_vectors_mut::<S>(d_x));
        s.windows(|channel, i, j| {
            let share = E::splat(simd, s.share::<E>(i, j));
            let window = s.window(channel, i, j) * n;
            for v in 0..n {
                let part = product::<S, E>(simd, d_y[window + v], share);
                for pixel in s.pixels(channel, i, j) {
                    d_x[pixel * n + v] = sum::<S, E>(simd, d_x[pixel * n + v], part);
                }
            }
        });
    }
}

#[cfg(test)]
mod tests;
