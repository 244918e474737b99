//! Means over windows, weighted by the distance from the window's centre.

use pulp::{Simd, WithSimd};

use super::{PoolSizes, Windows, run};
use crate::kernels::{Element, scratch, sizes::count, vector::Vector};

/// y = the sums over the windows, weighted: what lies outside of the input counts as zero.
///
/// A weight falls as exp(−d² / 2σ²) with the distance d from the window's centre along each axis; those of a window sum to 1.
#[derive(Debug)]
pub struct WeightedPool<'a, E> {
    pub(crate) sizes: PoolSizes,
    /// σ along each axis.
    pub(crate) sigma: [f64; 2],
    pub(crate) x: &'a [E],
    pub(crate) y: &'a mut [E],
}

/// d_x = the sum of the weighted d_y over the windows that cover a pixel.
#[derive(Debug)]
pub struct WeightedPoolGradient<'a, E> {
    pub(crate) sizes: PoolSizes,
    /// σ along each axis.
    pub(crate) sigma: [f64; 2],
    pub(crate) d_y: &'a [E],
    pub(crate) d_x: &'a mut [E],
}

impl PoolSizes {
    /// The rows and columns that a window has, those outside of the input too. Bins have no weights.
    fn extent(&self) -> [usize; 2] {
        match self.windows {
            Windows::Sliding { kernel, .. } => kernel,
            Windows::Adaptive => [0; 2],
        }
    }

    /// Calls `f` with the weights of a window in row-major order.
    fn with_weights<E: Element>(&self, sigma: [f64; 2], f: impl FnOnce(&[E])) {
        let [height, width] = self.extent();
        // Relative to the weight nearest to the centre, of which a small σ would leave nothing.
        let fall = |axis: usize, size: usize, place: usize| {
            let square = |place: usize| (place as f64 - (size as f64 - 1.0) / 2.0).powi(2);
            // Divided twice: σ² may be 0 where σ is not.
            ((square(size / 2) - square(place)) / sigma[axis] / sigma[axis] / 2.0).exp()
        };
        let total = |axis: usize, size: usize| (0..size).map(|place| fall(axis, size, place)).sum::<f64>();
        let total = total(0, height) * total(1, width);
        scratch::with(count(&[height, width]), |weights| {
            for (at, weight) in weights.iter_mut().enumerate() {
                *weight = E::from_f64(fall(0, height, at / width) * fall(1, width, at % width) / total);
            }
            f(weights);
        });
    }

    /// The pixels of the input that window (i, j) covers, each with its place in the window.
    #[inline(always)]
    fn places(&self, channel: usize, i: usize, j: usize) -> impl Iterator<Item = (usize, usize)> + use<> {
        let ([padding, stride], [_, width]) = match self.windows {
            Windows::Sliding { stride, padding, .. } => ([padding, stride], self.extent()),
            Windows::Adaptive => ([[0; 2]; 2], [0; 2]),
        };
        let (rows, columns, [image_height, image_width]) = (self.covers(0, i), self.covers(1, j), self.input);
        rows.flat_map(move |row| {
            let line = (channel * image_height + row) * image_width;
            let first = (row + padding[0] - i * stride[0]) * width;
            columns.clone().map(move |column| (line + column, first + column + padding[1] - j * stride[1]))
        })
    }
}

/// Runs a weighted pooling.
pub(super) fn weighted_pool<E: Element>(job: WeightedPool<'_, E>) {
    let sizes = job.sizes;
    sizes.with_weights(job.sigma, |weights| run(sizes.lanes, Weighted(job, weights)));
}

/// Runs the gradient of a weighted pooling.
pub(super) fn weighted_pool_gradient<E: Element>(job: WeightedPoolGradient<'_, E>) {
    let sizes = job.sizes;
    sizes.with_weights(job.sigma, |weights| run(sizes.lanes, Weighted(job, weights)));
}

/// A job, and the weights of a window.
struct Weighted<'w, J, E>(J, &'w [E]);

impl<E: Element> WithSimd for Weighted<'_, WeightedPool<'_, E>, E> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Weighted(WeightedPool { sizes: s, x, y, .. }, weights) = self;
        s.check(x.len(), y.len());
        let n = s.registers::<S, E>();
        let ((x, _), (y, _)) = (E::as_vectors::<S>(x), E::as_vectors_mut::<S>(y));
        s.windows(|channel, i, j| {
            let window = s.window(channel, i, j) * n;
            for v in 0..n {
                let zero = Vector::splat(simd, E::zero());
                let total = s.places(channel, i, j).fold(zero, |total, (pixel, place)| {
                    Vector::splat(simd, weights[place]).mul_add(Vector::of(simd, x[pixel * n + v]), total)
                });
                y[window + v] = total.raw();
            }
        });
    }
}

impl<E: Element> WithSimd for Weighted<'_, WeightedPoolGradient<'_, E>, E> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Weighted(WeightedPoolGradient { sizes: s, d_y, d_x, .. }, weights) = self;
        s.check(d_x.len(), d_y.len());
        let n = s.registers::<S, E>();
        d_x.fill(E::zero());
        let ((d_y, _), (d_x, _)) = (E::as_vectors::<S>(d_y), E::as_vectors_mut::<S>(d_x));
        s.windows(|channel, i, j| {
            let window = s.window(channel, i, j) * n;
            for v in 0..n {
                let d = Vector::<S, E>::of(simd, d_y[window + v]);
                for (pixel, place) in s.places(channel, i, j) {
                    let at = pixel * n + v;
                    d_x[at] = Vector::splat(simd, weights[place]).mul_add(d, Vector::of(simd, d_x[at])).raw();
                }
            }
        });
    }
}
