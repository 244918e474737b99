//! y = a(W x + b) for one sample: what a program with a deadline calls.
//!
//! The sizes are compile-time constants, so that loops over small layers are unrolled, and the activation is applied while
//! the sums are still in a register.

use pulp::{Simd, WithSimd};

use crate::{
    Element,
    kernels::{math::Math, simd::run},
    layers::Activation,
    shape::Dimension,
};

use std::marker::PhantomData;

/// y = a(W x + b) with `weight` [O, I] row-major and `bias` [O] or empty.
#[inline(always)]
pub(crate) fn gemv<I: Dimension, O: Dimension, E: Element, A: Activation<E>>(
    weight: &[E],
    bias: &[E],
    x: &[E],
    y: &mut [E],
    a: A,
) {
    run(Gemv::<I, O, E, A> { weight, bias, x, y, a, sizes: PhantomData });
}

struct Gemv<'a, I, O, E, A> {
    weight: &'a [E],
    bias: &'a [E],
    x: &'a [E],
    y: &'a mut [E],
    a: A,
    sizes: PhantomData<(I, O)>,
}

impl<I: Dimension, O: Dimension, E: Math, A: Activation<E>> WithSimd for Gemv<'_, I, O, E, A> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        // As many rows at a time as a register has lanes, so that their sums fill one.
        match E::lanes::<S>() {
            16 => self.blocks::<S, 16>(simd),
            8 => self.blocks::<S, 8>(simd),
            4 => self.blocks::<S, 4>(simd),
            2 => self.blocks::<S, 2>(simd),
            _ => self.blocks::<S, 1>(simd),
        }
    }
}

impl<I: Dimension, O: Dimension, E: Math, A: Activation<E>> Gemv<'_, I, O, E, A> {
    #[inline(always)]
    fn blocks<S: Simd, const R: usize>(self, simd: S) {
        let Gemv { weight, bias, x, y, a, .. } = self;
        let (x, weight, y) = (&x[..I::SIZE], &weight[..I::SIZE * O::SIZE], &mut y[..O::SIZE]);
        let mut row = 0;
        while row < O::SIZE {
            let count = (O::SIZE - row).min(R);
            let weight = &weight[row * I::SIZE..(row + count) * I::SIZE];
            let sums = dots::<S, I, E, R>(simd, weight, x, count);
            let z =
                if bias.is_empty() { sums } else { E::add(simd, sums, E::load_partial(simd, &bias[row..row + count])) };
            E::store_partial(simd, &mut y[row..row + count], a.forward(simd, z));
            row += count;
        }
    }
}

/// The products of `count` rows with x, one a lane.
#[inline(always)]
fn dots<S: Simd, I: Dimension, E: Math, const R: usize>(simd: S, weight: &[E], x: &[E], count: usize) -> E::Vector<S> {
    let zero = E::constant(simd, 0.0);
    let mut sums = [zero; R];
    let (x, x_rest) = E::as_vectors::<S>(x);
    for r in 0..count {
        let (row, rest) = E::as_vectors::<S>(&weight[r * I::SIZE..(r + 1) * I::SIZE]);
        for (w, x) in row.iter().zip(x) {
            sums[r] = E::mul_add(simd, *w, *x, sums[r]);
        }
        if !rest.is_empty() {
            sums[r] = E::mul_add(simd, E::load_partial(simd, rest), E::load_partial(simd, x_rest), sums[r]);
        }
    }
    E::sum_each(simd, sums)
}
