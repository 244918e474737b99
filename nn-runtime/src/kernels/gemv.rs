//! y = a(W x + b) for one sample: what a program with a deadline calls.
//!
//! The sizes are compile-time constants, so that loops over small layers are unrolled, and the activation is applied while
//! the sums are still in a register.

use pulp::{Simd, WithSimd};

use crate::{
    Element,
    kernels::{
        math::Math,
        simd::{lanes, run},
    },
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
        // Constants, so that only the branch that is taken gets compiled.
        if const { lanes::<S, E>() == 16 } {
            self.blocks::<S, 16>(simd);
        } else if const { lanes::<S, E>() == 8 } {
            self.blocks::<S, 8>(simd);
        } else if const { lanes::<S, E>() == 4 } {
            self.blocks::<S, 4>(simd);
        } else if const { lanes::<S, E>() == 2 } {
            self.blocks::<S, 2>(simd);
        } else {
            self.blocks::<S, 1>(simd);
        }
    }
}

impl<I: Dimension, O: Dimension, E: Math, A: Activation<E>> Gemv<'_, I, O, E, A> {
    #[inline(always)]
    fn blocks<S: Simd, const R: usize>(mut self, simd: S) {
        let full = O::SIZE / R * R;
        for row in (0..full).step_by(R) {
            self.block::<S, R>(simd, row, R);
        }
        if full < O::SIZE {
            self.block::<S, R>(simd, full, O::SIZE - full);
        }
    }

    /// The outputs `row..row + count`. Inlined, so that a constant `count` unrolls the loops over rows.
    #[inline(always)]
    fn block<S: Simd, const R: usize>(&mut self, simd: S, row: usize, count: usize) {
        let weight = &self.weight[row * I::SIZE..(row + count) * I::SIZE];
        let mut z = dots::<S, E, R>(simd, weight, &self.x[..I::SIZE], count);
        if !self.bias.is_empty() {
            z = E::add(simd, z, E::load_partial(simd, &self.bias[row..row + count]));
        }
        E::store_partial(simd, &mut self.y[row..row + count], self.a.forward(simd, z));
    }
}

/// The products of the `count` rows of `weight` with x, one a lane.
#[inline(always)]
pub(super) fn dots<S: Simd, E: Math, const R: usize>(simd: S, weight: &[E], x: &[E], count: usize) -> E::Vector<S> {
    let inputs = x.len();
    assert!(count <= R && count.checked_mul(inputs) == Some(weight.len()), "the weight has `count` rows as long as x");
    let lanes = E::lanes::<S>();
    let mut sums = [E::constant(simd, 0.0); R];
    let (x, x_rest) = E::as_vectors::<S>(x);
    for (k, &x) in x.iter().enumerate() {
        for r in 0..count {
            // SAFETY: `k` counts the whole registers of x, so the elements k × lanes .. (k + 1) × lanes of row r lie within the row, which
            // is as long as x. r < count, so the row lies within `weight`, whose length is that of `count` rows, counted without
            // overflow (asserted above). A register has no validity beyond that of its elements, and the read is unaligned.
            let w = unsafe { weight.as_ptr().add(r * inputs + k * lanes).cast::<E::Vector<S>>().read_unaligned() };
            sums[r] = E::mul_add(simd, w, x, sums[r]);
        }
    }
    if !x_rest.is_empty() {
        let x = E::load_partial(simd, x_rest);
        for r in 0..count {
            let rest = &weight[r * inputs + inputs / lanes * lanes..(r + 1) * inputs];
            sums[r] = E::mul_add(simd, E::load_partial(simd, rest), x, sums[r]);
        }
    }
    E::sum_each(simd, sums)
}
