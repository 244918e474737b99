//! y = f(W x + b) for one sample: what a program with a deadline calls.
//!
//! The sizes are compile-time constants, so that loops over small matrices are unrolled, and the function is applied while
//! the sums are still in a register.

use std::marker::PhantomData;

use pulp::{Simd, WithSimd};

use crate::kernels::{
    elementwise::Unary,
    math::Math,
    simd::{by_lanes, run},
};

/// The sizes of a matrix, known when the program is compiled.
pub(crate) trait MatrixSizes {
    /// The rows.
    const ROWS: usize;
    /// The columns.
    const COLUMNS: usize;
}

/// y = f(W x + b) with `weight` row-major and `bias` of as many numbers as it has rows, or empty.
#[inline(always)]
pub(crate) fn gemv<N: MatrixSizes, E: Math, F: Unary<E>>(weight: &[E], bias: &[E], x: &[E], y: &mut [E], f: F) {
    run(Gemv::<N, E, F> { weight, bias, x, y, f, sizes: PhantomData });
}

struct Gemv<'a, N, E, F> {
    weight: &'a [E],
    bias: &'a [E],
    x: &'a [E],
    y: &'a mut [E],
    f: F,
    sizes: PhantomData<N>,
}

impl<N: MatrixSizes, E: Math, F: Unary<E>> WithSimd for Gemv<'_, N, E, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        by_lanes!(S, E, R => self.blocks::<S, R>(simd));
    }
}

impl<N: MatrixSizes, E: Math, F: Unary<E>> Gemv<'_, N, E, F> {
    #[inline(always)]
    fn blocks<S: Simd, const R: usize>(mut self, simd: S) {
        let full = N::ROWS / R * R;
        for row in (0..full).step_by(R) {
            self.block::<S, R>(simd, row, R);
        }
        if full < N::ROWS {
            self.block::<S, R>(simd, full, N::ROWS - full);
        }
    }

    /// The outputs `row..row + count`. Inlined, so that a constant `count` unrolls the loops over rows.
    #[inline(always)]
    fn block<S: Simd, const R: usize>(&mut self, simd: S, row: usize, count: usize) {
        let weight = &self.weight[row * N::COLUMNS..(row + count) * N::COLUMNS];
        let mut z = dots::<S, E, R>(simd, weight, &self.x[..N::COLUMNS], count);
        if !self.bias.is_empty() {
            z = E::add(simd, z, E::load_partial(simd, &self.bias[row..row + count]));
        }
        E::store_partial(simd, &mut self.y[row..row + count], self.f.call(simd, z));
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
