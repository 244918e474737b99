//! Rows brought to mean 0 and variance 1.

use std::ops::Range;

use pulp::{Simd, WithSimd};

use crate::{
    Element,
    kernels::{
        math::Math,
        simd::{Lanes, run},
        softmax::first_lanes,
    },
};

/// y = (x − μ) / σ ∘ weight + bias in each row, which is as long as the weight.
pub(crate) struct Normalize<'a, E> {
    pub(crate) x: &'a [E],
    pub(crate) y: &'a mut [E],
    pub(crate) weight: &'a [E],
    pub(crate) bias: &'a [E],
    /// σ² = variance + epsilon.
    pub(crate) epsilon: f64,
}

/// Adds the gradients of the weight and the bias unless `d_weight` is empty; writes that of x unless `d_x` is empty.
pub(crate) struct NormalizeGradient<'a, E> {
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
        run(self);
    }
}

impl<E: Element> NormalizeGradient<'_, E> {
    pub(crate) fn run(self) {
        run(self);
    }
}

/// The places of a row of `width` numbers, a register at a time.
#[inline(always)]
fn registers<S: Simd, E: Element>(width: usize) -> impl Iterator<Item = Range<usize>> {
    let lanes = <E as Lanes>::lanes::<S>();
    (0..width).step_by(lanes).map(move |start| start..(start + lanes).min(width))
}

/// `v` where the row reaches, else 0.
#[inline(always)]
fn within<S: Simd, E: Element>(simd: S, place: &Range<usize>, v: E::Vector<S>, inside: E::Mask<S>) -> E::Vector<S> {
    if place.len() == <E as Lanes>::lanes::<S>() {
        v
    } else {
        <E as Lanes>::select(simd, inside, v, <E as Math>::constant(simd, 0.0))
    }
}

/// μ and 1 / σ of a row.
#[inline(always)]
fn moments<S: Simd, E: Element>(simd: S, x: &[E], epsilon: f64, inside: E::Mask<S>) -> [E::Vector<S>; 2] {
    let zero = <E as Math>::constant(simd, 0.0);
    let count = E::from_f64(x.len() as f64);
    let sum = registers::<S, E>(x.len())
        .fold(zero, |sum, place| <E as Lanes>::add(simd, sum, <E as Lanes>::load_partial(simd, &x[place])));
    let mean = <E as Lanes>::splat(simd, <E as Lanes>::sum_lanes(simd, sum) / count);
    let squares = registers::<S, E>(x.len()).fold(zero, |sum, place| {
        let d = <E as Lanes>::sub(simd, <E as Lanes>::load_partial(simd, &x[place.clone()]), mean);
        let d = within::<S, E>(simd, &place, d, inside);
        <E as Lanes>::mul_add(simd, d, d, sum)
    });
    let variance = <E as Lanes>::sum_lanes(simd, squares) / count;
    let scale = E::one() / (variance + E::from_f64(epsilon)).sqrt();
    [mean, <E as Lanes>::splat(simd, scale)]
}

impl<E: Element> WithSimd for Normalize<'_, E> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Normalize { x, y, weight, bias, epsilon } = self;
        let width = weight.len().max(1);
        let inside = first_lanes::<S, E>(simd, width % <E as Lanes>::lanes::<S>());
        for (x, y) in x.chunks_exact(width).zip(y.chunks_exact_mut(width)) {
            let [mean, scale] = moments(simd, x, epsilon, inside);
            for place in registers::<S, E>(width) {
                let load = |from: &[E]| <E as Lanes>::load_partial(simd, &from[place.clone()]);
                let standard = <E as Lanes>::mul(simd, <E as Lanes>::sub(simd, load(x), mean), scale);
                let value = <E as Lanes>::mul_add(simd, standard, load(weight), load(bias));
                <E as Lanes>::store_partial(simd, &mut y[place], value);
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
        let inside = first_lanes::<S, E>(simd, width % <E as Lanes>::lanes::<S>());
        let (zero, share) = (<E as Math>::constant(simd, 0.0), E::one() / E::from_f64(width as f64));
        for (row, (x, d_y)) in x.chunks_exact(width).zip(d_y.chunks_exact(width)).enumerate() {
            let [mean, scale] = moments(simd, x, epsilon, inside);
            let standard = |place: &Range<usize>| {
                let x = <E as Lanes>::load_partial(simd, &x[place.clone()]);
                <E as Lanes>::mul(simd, <E as Lanes>::sub(simd, x, mean), scale)
            };
            let (mut sum, mut product) = (zero, zero);
            for place in registers::<S, E>(width) {
                let load = |from: &[E]| <E as Lanes>::load_partial(simd, &from[place.clone()]);
                // The gradient is 0 behind the row, and so are its products.
                let (d, x) = (load(d_y), standard(&place));
                let g = <E as Lanes>::mul(simd, d, load(weight));
                sum = <E as Lanes>::add(simd, sum, g);
                product = <E as Lanes>::mul_add(simd, g, x, product);
                if d_weight.is_empty() {
                    continue;
                }
                let (w, b) = (load(d_weight), load(d_bias));
                <E as Lanes>::store_partial(simd, &mut d_weight[place.clone()], <E as Lanes>::mul_add(simd, d, x, w));
                <E as Lanes>::store_partial(simd, &mut d_bias[place.clone()], <E as Lanes>::add(simd, d, b));
            }
            if d_x.is_empty() {
                continue;
            }
            let sum = <E as Lanes>::splat(simd, <E as Lanes>::sum_lanes(simd, sum) * share);
            let product = <E as Lanes>::splat(simd, <E as Lanes>::sum_lanes(simd, product) * share);
            let d_x = &mut d_x[row * width..(row + 1) * width];
            for place in registers::<S, E>(width) {
                let load = |from: &[E]| <E as Lanes>::load_partial(simd, &from[place.clone()]);
                let g = <E as Lanes>::mul(simd, load(d_y), load(weight));
                let along = <E as Lanes>::mul(simd, standard(&place), product);
                let left = <E as Lanes>::sub(simd, <E as Lanes>::sub(simd, g, sum), along);
                <E as Lanes>::store_partial(simd, &mut d_x[place], <E as Lanes>::mul(simd, left, scale));
            }
        }
    }
}
