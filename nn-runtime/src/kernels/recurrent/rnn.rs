//! h′ = f(z), z = W_ih x + W_hh h + b, where f is an elementwise [`Function`].

use pulp::Simd;

use crate::kernels::{
    math::Math,
    recurrent::{Place, function::Function, load, step, store, sweep::Epilogue},
    vector::Vector,
};

pub(super) struct Forward<'a, E, F> {
    step: step::Forward<'a, E>,
    function: F,
}

impl<'a, E, F> Forward<'a, E, F> {
    pub(super) fn of(step: step::Forward<'a, E>, function: F) -> Self {
        Forward { step, function }
    }
}

impl<E: Math, F: Function> Epilogue<E> for Forward<'_, E, F> {
    #[inline(always)]
    fn take<S: Simd, const G: usize>(&mut self, simd: S, place: Place, sums: [Vector<S, E>; G]) {
        let step = &mut self.step;
        let Place { row, unit, count } = place;
        let at = row * step.n + unit;
        let z = sums[0] + load(simd, step.gates, at, count) + load(simd, step.bias, unit, count);
        if F::KEEPS_SUM {
            store(step.gates, at, count, z);
        }
        let h = self.function.value::<S, E>(simd, z.raw());
        store(step.h, at, count, Vector::of(simd, h));
    }
}

pub(super) struct Backward<'a, E, F> {
    step: step::Backward<'a, E>,
    function: F,
}

impl<'a, E, F> Backward<'a, E, F> {
    pub(super) fn of(step: step::Backward<'a, E>, function: F) -> Self {
        Backward { step, function }
    }
}

impl<E: Math, F: Function> Epilogue<E> for Backward<'_, E, F> {
    #[inline(always)]
    fn take<S: Simd, const G: usize>(&mut self, simd: S, place: Place, sums: [Vector<S, E>; G]) {
        let step = &mut self.step;
        let Place { row, unit, count } = place;
        let at = row * step.n + unit;
        let d_h = sums[0] + load(simd, step.d_h, at, count);
        store(step.d_h, at, count, d_h);
        let kept = if F::KEEPS_SUM { load(simd, step.gates, at, count) } else { load(simd, step.h, at, count) };
        let d = self.function.slope::<S, E>(simd, d_h.raw(), kept.raw());
        store(step.gates, at, count, Vector::of(simd, d));
    }
}
