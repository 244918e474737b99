//! Means over windows.

use pulp::{Simd, WithSimd};

use super::{PoolSizes, Windows};
use crate::kernels::{Element, vector::Vector};

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

impl PoolSizes {
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

impl<E: Element> WithSimd for AveragePool<'_, E> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let AveragePool { sizes: s, x, y } = self;
        s.check(x.len(), y.len());
        let n = s.registers::<S, E>();
        let ((x, _), (y, _)) = (E::as_vectors::<S>(x), E::as_vectors_mut::<S>(y));
        s.windows(|channel, i, j| {
            let share = Vector::splat(simd, s.share::<E>(i, j));
            let window = s.window(channel, i, j) * n;
            for v in 0..n {
                let zero = Vector::splat(simd, E::zero());
                let total =
                    s.pixels(channel, i, j).fold(zero, |total, pixel| total + Vector::of(simd, x[pixel * n + v]));
                y[window + v] = (total * share).raw();
            }
        });
    }
}

impl<E: Element> WithSimd for AveragePoolGradient<'_, E> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let AveragePoolGradient { sizes: s, d_y, d_x } = self;
        s.check(d_x.len(), d_y.len());
        let n = s.registers::<S, E>();
        d_x.fill(E::zero());
        let ((d_y, _), (d_x, _)) = (E::as_vectors::<S>(d_y), E::as_vectors_mut::<S>(d_x));
        s.windows(|channel, i, j| {
            let share = Vector::<S, E>::splat(simd, s.share(i, j));
            let window = s.window(channel, i, j) * n;
            for v in 0..n {
                let part = Vector::of(simd, d_y[window + v]) * share;
                for pixel in s.pixels(channel, i, j) {
                    let at = pixel * n + v;
                    d_x[at] = (Vector::of(simd, d_x[at]) + part).raw();
                }
            }
        });
    }
}
