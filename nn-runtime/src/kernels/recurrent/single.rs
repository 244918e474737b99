//! The steps of a single sample: products of rows of the weight, as it lies, with one vector.

use pulp::{Simd, WithSimd};

use crate::kernels::{
    Element,
    gemv::dots,
    math::Math,
    recurrent::{Place, store, sweep::Epilogue},
    simd::{by_lanes, run},
    vector::Vector,
};

/// W x for a weight of G blocks of `units` rows.
pub(super) struct Single<'a, E> {
    pub(super) weight: &'a [E],
    pub(super) x: &'a [E],
    pub(super) units: usize,
}

impl<E: Math> Single<'_, E> {
    /// Hands the sums of each register of units to `epilogue`.
    #[inline(always)]
    pub(super) fn run<S: Simd, const G: usize>(self, simd: S, epilogue: &mut impl Epilogue<E>) {
        by_lanes!(S, E, R => self.blocks::<S, G, R>(simd, epilogue));
    }

    #[inline(always)]
    fn blocks<S: Simd, const G: usize, const R: usize>(self, simd: S, epilogue: &mut impl Epilogue<E>) {
        for unit in (0..self.units).step_by(R) {
            let count = (self.units - unit).min(R);
            let mut sums = [Vector::constant(simd, 0.0); G];
            for g in 0..G {
                let rows = &self.weight[(g * self.units + unit) * self.x.len()..][..count * self.x.len()];
                // A constant count unrolls the loops over rows.
                let dots = if count == R {
                    dots::<S, E, R>(simd, rows, self.x, R)
                } else {
                    dots::<S, E, R>(simd, rows, self.x, count)
                };
                sums[g] = Vector::of(simd, dots);
            }
            epilogue.take(simd, Place { row: 0, unit, count }, sums);
        }
    }
}

/// y = W x
pub(super) fn project<E: Element>(weight: &[E], x: &[E], y: &mut [E]) {
    run(Project { weight, x, y });
}

struct Project<'a, E> {
    weight: &'a [E],
    x: &'a [E],
    y: &'a mut [E],
}

impl<E: Math> WithSimd for Project<'_, E> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Project { weight, x, y } = self;
        Single { weight, x, units: y.len() }.run::<S, 1>(simd, &mut Write(y));
    }
}

struct Write<'a, E>(&'a mut [E]);

impl<E: Math> Epilogue<E> for Write<'_, E> {
    #[inline(always)]
    fn take<S: Simd, const G: usize>(&mut self, _: S, place: Place, sums: [Vector<S, E>; G]) {
        store(self.0, place.unit, place.count, sums[0]);
    }
}
