//! Maxima over windows.

use pulp::{Simd, WithSimd};

use super::{PoolSizes, Windows, run, sum};
use crate::{
    Element,
    kernels::{math::Math, simd},
};

/// y = the maxima over the windows, NaN where a window holds one.
#[derive(Debug)]
pub struct MaxPool<'a, E> {
    pub(crate) sizes: PoolSizes,
    pub(crate) x: &'a [E],
    pub(crate) y: &'a mut [E],
}

/// d_x = d_y at the first maximum of each window in row-major order, or at its first NaN, 0 elsewhere; overlapping windows add up.
#[derive(Debug)]
pub struct MaxPoolGradient<'a, E> {
    pub(crate) sizes: PoolSizes,
    pub(crate) x: &'a [E],
    pub(crate) y: &'a [E],
    pub(crate) d_y: &'a [E],
    pub(crate) d_x: &'a mut [E],
}

impl PoolSizes {
    /// Whether the windows are 2 × 2, side by side, and within the input.
    fn is_halving(&self) -> bool {
        let fits = |axis: usize| self.output[axis] * 2 <= self.input[axis];
        let halving = Windows::Sliding { kernel: [2, 2], stride: [2, 2], padding: [0, 0] };
        self.windows == halving && fits(0) && fits(1)
    }
}

/// The maxima of 2 × 2 windows side by side of a single image: a loop that the compiler turns into vectors.
struct SingleHalving<'a, E>(MaxPool<'a, E>);

impl<E: Element> WithSimd for SingleHalving<'_, E> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let MaxPool { sizes: s, x, y } = self.0;
        // A NaN as b fails the comparison.
        let larger = |a: E, b: E| if a > b || a.is_nan() { a } else { b };
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
pub(in crate::kernels) fn max_pool<E: Element>(job: MaxPool<'_, E>) {
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

/// The larger of two numbers, a NaN where one is: `max` hands on only that of its second operand.
#[inline(always)]
fn maximum<S: Simd, E: Math>(simd: S, a: E::Vector<S>, b: E::Vector<S>) -> E::Vector<S> {
    E::select(simd, E::equal(simd, a, a), E::max(simd, a, b), a)
}

/// What of `d` belongs to a pixel where it is the maximum `y` or NaN, and what is left for the pixels after it.
#[inline(always)]
fn hand_out<S: Simd, E: Math>(simd: S, x: E::Vector<S>, y: E::Vector<S>, d: E::Vector<S>) -> [E::Vector<S>; 2] {
    let zero = E::constant(simd, 0.0);
    let (number, most) = (E::equal(simd, x, x), E::equal(simd, x, y));
    let elsewhere = E::select(simd, number, E::select(simd, most, zero, d), zero);
    let here = E::select(simd, number, E::select(simd, most, d, zero), d);
    [here, elsewhere]
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
