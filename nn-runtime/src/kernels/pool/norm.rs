//! Norms over windows.

use pulp::{Simd, WithSimd};

use super::{PoolSizes, fused};
use crate::{Element, kernels::math::Math};

/// y = (Σ |x|ᵖ)^(1/p) over the windows, p ≥ 1: what lies outside of the input counts as zero.
#[derive(Debug)]
pub struct NormPool<'a, E> {
    pub(crate) sizes: PoolSizes,
    pub(crate) p: f64,
    pub(crate) x: &'a [E],
    pub(crate) y: &'a mut [E],
}

/// d_x = d_y sign(x) (|x| / y)ᵖ⁻¹, and 0 where y is 0; overlapping windows add up.
#[derive(Debug)]
pub struct NormPoolGradient<'a, E> {
    pub(crate) sizes: PoolSizes,
    pub(crate) p: f64,
    pub(crate) x: &'a [E],
    pub(crate) y: &'a [E],
    pub(crate) d_y: &'a [E],
    pub(crate) d_x: &'a mut [E],
}

/// y, or 1 where it is 0: then no x of the window has a square, and their gradients are 0, or as small as they are.
#[inline(always)]
fn divisor<S: Simd, E: Math>(simd: S, y: E::Vector<S>) -> E::Vector<S> {
    E::select(simd, E::equal(simd, y, E::constant(simd, 0.0)), E::constant(simd, 1.0), y)
}

#[inline(always)]
fn quotient<S: Simd, E: Math>(simd: S, a: E::Vector<S>, b: E::Vector<S>) -> E::Vector<S> {
    E::div(simd, a, b)
}

impl<E: Element> WithSimd for NormPool<'_, E> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let NormPool { sizes: s, p, x, y } = self;
        if p != 2.0 {
            return any_norm(s, E::from_f64(p), x, y);
        }
        let n = s.registers::<S, E>();
        let ((x, _), (y, _)) = (E::as_vectors::<S>(x), E::as_vectors_mut::<S>(y));
        s.windows(|channel, i, j| {
            let window = s.window(channel, i, j) * n;
            for v in 0..n {
                let squares = s.pixels(channel, i, j).fold(E::constant(simd, 0.0), |squares, pixel| {
                    let x = x[pixel * n + v];
                    fused::<S, E>(simd, x, x, squares)
                });
                y[window + v] = E::sqrt_(simd, squares);
            }
        });
    }
}

/// Numbers are taken relative to the largest of their window, so that no power of one is beyond all numbers.
fn any_norm<E: Element>(s: PoolSizes, p: E, x: &[E], y: &mut [E]) {
    s.windows(|channel, i, j| {
        for lane in 0..s.lanes {
            let numbers = || s.pixels(channel, i, j).map(|pixel| x[pixel * s.lanes + lane].abs());
            let largest = numbers().fold(E::zero(), |a, b| if a > b { a } else { b });
            let scale = if largest > E::zero() && largest.is_finite() { largest } else { E::one() };
            let sum = numbers().fold(E::zero(), |sum, x| sum + (x / scale).powf(p));
            y[s.window(channel, i, j) * s.lanes + lane] = scale * sum.powf(p.recip());
        }
    });
}

impl<E: Element> WithSimd for NormPoolGradient<'_, E> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let NormPoolGradient { sizes: s, p, x, y, d_y, d_x } = self;
        d_x.fill(E::zero());
        if p != 2.0 {
            return any_gradient(s, E::from_f64(p - 1.0), [x, y, d_y], d_x);
        }
        let n = s.registers::<S, E>();
        let ((x, _), (y, _), (d_y, _)) = (E::as_vectors::<S>(x), E::as_vectors::<S>(y), E::as_vectors::<S>(d_y));
        let (d_x, _) = E::as_vectors_mut::<S>(d_x);
        s.windows(|channel, i, j| {
            let window = s.window(channel, i, j) * n;
            for v in 0..n {
                let (y, d) = (divisor::<S, E>(simd, y[window + v]), d_y[window + v]);
                for pixel in s.pixels(channel, i, j) {
                    let at = pixel * n + v;
                    d_x[at] = fused::<S, E>(simd, quotient::<S, E>(simd, x[at], y), d, d_x[at]);
                }
            }
        });
    }
}

fn any_gradient<E: Element>(s: PoolSizes, power: E, [x, y, d_y]: [&[E]; 3], d_x: &mut [E]) {
    s.windows(|channel, i, j| {
        for lane in 0..s.lanes {
            let window = s.window(channel, i, j) * s.lanes + lane;
            for pixel in s.pixels(channel, i, j) {
                let at = pixel * s.lanes + lane;
                if x[at] != E::zero() {
                    d_x[at] += d_y[window] * x[at].signum() * (x[at].abs() / y[window]).powf(power);
                }
            }
        }
    });
}
