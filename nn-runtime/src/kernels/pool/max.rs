//! Maxima over windows.

use pulp::{Simd, WithSimd};

use super::{PoolSizes, Windows, run};
use crate::kernels::{Element, math::Math, simd, vector::Vector};

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
        s.check(x.len(), y.len());
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
        s.check(x.len(), y.len());
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
                        let of = |lanes| Vector::<S, E>::of(simd, lanes);
                        let (first, second) = (maximum(of(a[v]), of(a[n + v])), maximum(of(b[v]), of(b[n + v])));
                        y[v] = maximum(first, second).raw();
                    }
                }
            }
            return;
        }
        s.windows(|channel, i, j| {
            let window = s.window(channel, i, j) * n;
            for v in 0..n {
                let lowest = Vector::splat(simd, E::neg_infinity());
                let most = s.pixels(channel, i, j).fold(lowest, |m, at| maximum(m, Vector::of(simd, x[at * n + v])));
                y[window + v] = most.raw();
            }
        });
    }
}

/// The larger of two numbers, a NaN where one is: `max` hands on only that of its second operand.
#[inline(always)]
fn maximum<S: Simd, E: Math>(a: Vector<S, E>, b: Vector<S, E>) -> Vector<S, E> {
    a.equal(a).select(a.max(b), a)
}

/// What of `d` belongs to a pixel where it is the maximum `y` or NaN, and what is left for the pixels after it.
#[inline(always)]
fn hand_out<S: Simd, E: Math>(simd: S, x: Vector<S, E>, y: Vector<S, E>, d: Vector<S, E>) -> [Vector<S, E>; 2] {
    let zero = Vector::constant(simd, 0.0);
    let (number, most) = (x.equal(x), x.equal(y));
    let elsewhere = number.select(most.select(zero, d), zero);
    let here = number.select(most.select(d, zero), d);
    [here, elsewhere]
}

impl<E: Element> WithSimd for MaxPoolGradient<'_, E> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let MaxPoolGradient { sizes: s, x, y, d_y, d_x } = self;
        s.check(x.len().min(d_x.len()), y.len().min(d_y.len()));
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
                        let (y, mut left) = (Vector::<S, E>::of(simd, y[v]), Vector::of(simd, d_y[v]));
                        for (x, d_x) in [(a, &mut *d_a), (b, &mut *d_b)] {
                            for at in [v, n + v] {
                                let here;
                                [here, left] = hand_out(simd, Vector::of(simd, x[at]), y, left);
                                d_x[at] = here.raw();
                            }
                        }
                    }
                }
            }
            return;
        }
        s.windows(|channel, i, j| {
            let window = s.window(channel, i, j) * n;
            for v in 0..n {
                let (y, mut left) = (Vector::<S, E>::of(simd, y[window + v]), Vector::of(simd, d_y[window + v]));
                for pixel in s.pixels(channel, i, j) {
                    let at = pixel * n + v;
                    let here;
                    [here, left] = hand_out(simd, Vector::of(simd, x[at]), y, left);
                    d_x[at] = (Vector::of(simd, d_x[at]) + here).raw();
                }
            }
        });
    }
}
