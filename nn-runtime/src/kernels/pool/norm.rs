//! Norms over windows.

use pulp::{Simd, WithSimd};

use super::PoolSizes;
use crate::kernels::{Element, vector::Vector};

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

impl<E: Element> WithSimd for NormPool<'_, E> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let NormPool { sizes: s, p, x, y } = self;
        s.check(x.len(), y.len());
        if p != 2.0 {
            return any_norm(s, E::from_f64(p), x, y);
        }
        let n = s.registers::<S, E>();
        let ((x, _), (y, _)) = (E::as_vectors::<S>(x), E::as_vectors_mut::<S>(y));
        s.windows(|channel, i, j| {
            let window = s.window(channel, i, j) * n;
            for v in 0..n {
                let zero = Vector::<S, E>::constant(simd, 0.0);
                let squares = s.pixels(channel, i, j).fold(zero, |squares, pixel| {
                    let x = Vector::of(simd, x[pixel * n + v]);
                    x.mul_add(x, squares)
                });
                y[window + v] = squares.sqrt().raw();
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
        s.check(x.len().min(d_x.len()), y.len().min(d_y.len()));
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
                let (y, d) = (Vector::<S, E>::of(simd, y[window + v]), Vector::of(simd, d_y[window + v]));
                // 1 where y is 0: then no x of the window has a square, and their gradients are 0, or as small as they are.
                let y = y.equal(Vector::constant(simd, 0.0)).select(Vector::constant(simd, 1.0), y);
                for pixel in s.pixels(channel, i, j) {
                    let at = pixel * n + v;
                    d_x[at] = (Vector::of(simd, x[at]) / y).mul_add(d, Vector::of(simd, d_x[at])).raw();
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
