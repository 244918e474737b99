//! h′ = f(z), z = W_ih x + W_hh h + b, where f is an elementwise [`Function`].

use std::marker::PhantomData;

use pulp::Simd;

use crate::kernels::{
    math::Math,
    recurrent::{Place, load, lstm::tanh_slope, step, store, sweep::Epilogue},
};

/// An activation of the whole state, and its derivative.
pub(super) trait Function {
    /// Whether the derivative is calculated from z, which is kept for it; else from h′ alone.
    const KEEPS_SUM: bool = false;

    /// f(z)
    fn value<S: Simd, E: Math>(simd: S, z: E::Vector<S>) -> E::Vector<S>;

    /// d · f′(z), from `kept`: z or f(z).
    fn slope<S: Simd, E: Math>(simd: S, d: E::Vector<S>, kept: E::Vector<S>) -> E::Vector<S>;
}

pub(super) struct Tanh;
pub(super) struct Relu;
pub(super) struct Sigmoid;
pub(super) struct Identity;

impl Function for Tanh {
    #[inline(always)]
    fn value<S: Simd, E: Math>(simd: S, z: E::Vector<S>) -> E::Vector<S> {
        E::tanh(simd, z)
    }

    #[inline(always)]
    fn slope<S: Simd, E: Math>(simd: S, d: E::Vector<S>, h: E::Vector<S>) -> E::Vector<S> {
        tanh_slope::<S, E>(simd, d, h)
    }
}

impl Function for Relu {
    #[inline(always)]
    fn value<S: Simd, E: Math>(simd: S, z: E::Vector<S>) -> E::Vector<S> {
        E::max(simd, E::constant(simd, 0.0), z)
    }

    #[inline(always)]
    fn slope<S: Simd, E: Math>(simd: S, d: E::Vector<S>, h: E::Vector<S>) -> E::Vector<S> {
        let zero = E::constant(simd, 0.0);
        E::select(simd, E::less(simd, zero, h), d, zero)
    }
}

impl Function for Sigmoid {
    const KEEPS_SUM: bool = true;

    #[inline(always)]
    fn value<S: Simd, E: Math>(simd: S, z: E::Vector<S>) -> E::Vector<S> {
        E::sigmoid(simd, z)
    }

    /// d · σ(z) σ(−z): of an h near 1, 1 − h is what rounding has left.
    #[inline(always)]
    fn slope<S: Simd, E: Math>(simd: S, d: E::Vector<S>, z: E::Vector<S>) -> E::Vector<S> {
        let other = E::sigmoid(simd, E::sub(simd, E::constant(simd, 0.0), z));
        E::mul(simd, d, E::mul(simd, E::sigmoid(simd, z), other))
    }
}

impl Function for Identity {
    #[inline(always)]
    fn value<S: Simd, E: Math>(_: S, z: E::Vector<S>) -> E::Vector<S> {
        z
    }

    #[inline(always)]
    fn slope<S: Simd, E: Math>(_: S, d: E::Vector<S>, _: E::Vector<S>) -> E::Vector<S> {
        d
    }
}

pub(super) struct Forward<'a, E, F> {
    step: step::Forward<'a, E>,
    function: PhantomData<F>,
}

impl<'a, E, F> Forward<'a, E, F> {
    pub(super) fn of(step: step::Forward<'a, E>) -> Self {
        Forward { step, function: PhantomData }
    }
}

impl<E: Math, F: Function> Epilogue<E> for Forward<'_, E, F> {
    #[inline(always)]
    fn take<S: Simd, const G: usize>(&mut self, simd: S, place: Place, sums: [E::Vector<S>; G]) {
        let step = &mut self.step;
        let Place { row, unit, count } = place;
        let at = row * step.n + unit;
        let z = E::add(simd, sums[0], load(simd, step.gates, at, count));
        let z = E::add(simd, z, load(simd, step.bias, unit, count));
        if F::KEEPS_SUM {
            store(simd, step.gates, at, count, z);
        }
        store(simd, step.h, at, count, F::value::<S, E>(simd, z));
    }
}

pub(super) struct Backward<'a, E, F> {
    step: step::Backward<'a, E>,
    function: PhantomData<F>,
}

impl<'a, E, F> Backward<'a, E, F> {
    pub(super) fn of(step: step::Backward<'a, E>) -> Self {
        Backward { step, function: PhantomData }
    }
}

impl<E: Math, F: Function> Epilogue<E> for Backward<'_, E, F> {
    #[inline(always)]
    fn take<S: Simd, const G: usize>(&mut self, simd: S, place: Place, sums: [E::Vector<S>; G]) {
        let step = &mut self.step;
        let Place { row, unit, count } = place;
        let at = row * step.n + unit;
        let d_h = E::add(simd, sums[0], load(simd, step.d_h, at, count));
        store(simd, step.d_h, at, count, d_h);
        let kept = if F::KEEPS_SUM { load(simd, step.gates, at, count) } else { load(simd, step.h, at, count) };
        store(simd, step.gates, at, count, F::slope::<S, E>(simd, d_h, kept));
    }
}
