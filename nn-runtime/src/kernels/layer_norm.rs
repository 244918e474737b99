//! Rows brought to mean 0 and variance 1.

use std::ops::Range;

use pulp::{Simd, WithSimd};

use crate::kernels::{
    Element,
    compiled::compiled,
    simd::run,
    softmax::first_lanes,
    vector::{Mask, Vector},
};

/// y = (x − μ) / σ ∘ weight + bias in each row, which is as long as the weight.
#[derive(Debug)]
pub struct Normalize<'a, E> {
    pub(crate) x: &'a [E],
    pub(crate) y: &'a mut [E],
    pub(crate) weight: &'a [E],
    pub(crate) bias: &'a [E],
    /// σ² = variance + epsilon.
    pub(crate) epsilon: f64,
}

/// Adds the gradients of the weight and the bias unless `d_weight` is empty; writes that of x unless `d_x` is empty.
#[derive(Debug)]
pub struct NormalizeGradient<'a, E> {
    pub(crate) x: &'a [E],
    pub(crate) d_y: &'a [E],
    pub(crate) d_x: &'a mut [E],
    pub(crate) weight: &'a [E],
    pub(crate) d_weight: &'a mut [E],
    pub(crate) d_bias: &'a mut [E],
    pub(crate) epsilon: f64,
}

impl<E: Element> Normalize<'_, E> {
    pub(crate) fn run(self) {
        E::normalize_rows(self);
    }
}

impl<E: Element> NormalizeGradient<'_, E> {
    pub(crate) fn run(self) {
        E::normalize_rows_gradient(self);
    }
}

compiled! {
    /// Layer normalization for an element type. Sealed through [`crate::Element`].
    pub trait LayerNormalization {
        fn normalize_rows(job: Normalize<'_, Self>) { run(job) }
        fn normalize_rows_gradient(job: NormalizeGradient<'_, Self>) { run(job) }
    }
}

/// The places of a row of `width` numbers, a register at a time.
#[inline(always)]
fn registers<S: Simd, E: Element>(width: usize) -> impl Iterator<Item = Range<usize>> {
    let lanes = E::lanes::<S>();
    (0..width).step_by(lanes).map(move |start| start..(start + lanes).min(width))
}

/// `v` where the row reaches, else 0.
#[inline(always)]
fn within<S: Simd, E: Element>(simd: S, place: &Range<usize>, v: Vector<S, E>, inside: Mask<S, E>) -> Vector<S, E> {
    if place.len() == E::lanes::<S>() { v } else { inside.select(v, Vector::constant(simd, 0.0)) }
}

/// μ and 1 / σ of a row.
#[inline(always)]
fn moments<S: Simd, E: Element>(simd: S, x: &[E], epsilon: f64, inside: Mask<S, E>) -> [Vector<S, E>; 2] {
    let zero = Vector::constant(simd, 0.0);
    let count = E::from_f64(x.len() as f64);
    let sum = registers::<S, E>(x.len()).fold(zero, |sum, place| sum + Vector::load(simd, &x[place]));
    let mean = Vector::splat(simd, sum.sum() / count);
    let squares = registers::<S, E>(x.len()).fold(zero, |sum, place| {
        let d = within(simd, &place, Vector::load(simd, &x[place.clone()]) - mean, inside);
        d.mul_add(d, sum)
    });
    let variance = squares.sum() / count;
    let scale = E::one() / (variance + E::from_f64(epsilon)).sqrt();
    [mean, Vector::splat(simd, scale)]
}

impl<E: Element> WithSimd for Normalize<'_, E> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Normalize { x, y, weight, bias, epsilon } = self;
        let width = weight.len().max(1);
        let inside = first_lanes(simd, width % E::lanes::<S>());
        for (x, y) in x.chunks_exact(width).zip(y.chunks_exact_mut(width)) {
            let [mean, scale] = moments(simd, x, epsilon, inside);
            for place in registers::<S, E>(width) {
                let load = |from: &[E]| Vector::load(simd, &from[place.clone()]);
                let standard = (load(x) - mean) * scale;
                standard.mul_add(load(weight), load(bias)).store(&mut y[place]);
            }
        }
    }
}

impl<E: Element> WithSimd for NormalizeGradient<'_, E> {
    type Output = ();

    // With x̂ = (x − μ) / σ and g = d_y ∘ weight, d_x = (g − mean(g) − x̂ mean(g ∘ x̂)) / σ.
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let NormalizeGradient { x, d_y, d_x, weight, d_weight, d_bias, epsilon } = self;
        let width = weight.len().max(1);
        let inside = first_lanes(simd, width % E::lanes::<S>());
        let (zero, share) = (Vector::constant(simd, 0.0), E::one() / E::from_f64(width as f64));
        for (row, (x, d_y)) in x.chunks_exact(width).zip(d_y.chunks_exact(width)).enumerate() {
            let [mean, scale] = moments(simd, x, epsilon, inside);
            let standard = |place: &Range<usize>| (Vector::load(simd, &x[place.clone()]) - mean) * scale;
            let (mut sum, mut product) = (zero, zero);
            for place in registers::<S, E>(width) {
                let load = |from: &[E]| Vector::load(simd, &from[place.clone()]);
                // The gradient is 0 behind the row, and so are its products.
                let (d, x) = (load(d_y), standard(&place));
                let g = d * load(weight);
                sum = sum + g;
                product = g.mul_add(x, product);
                if d_weight.is_empty() {
                    continue;
                }
                let (w, b) = (load(d_weight), load(d_bias));
                d.mul_add(x, w).store(&mut d_weight[place.clone()]);
                (d + b).store(&mut d_bias[place.clone()]);
            }
            if d_x.is_empty() {
                continue;
            }
            let [sum, product] = [sum, product].map(|all| Vector::splat(simd, all.sum() * share));
            let d_x = &mut d_x[row * width..(row + 1) * width];
            for place in registers::<S, E>(width) {
                let load = |from: &[E]| Vector::load(simd, &from[place.clone()]);
                let g = load(d_y) * load(weight);
                let left = g - sum - standard(&place) * product;
                (left * scale).store(&mut d_x[place]);
            }
        }
    }
}
