//! h′ = f(z), z = W_ih x + W_hh h + b, where f is tanh or, for `RELU`, max(·, 0).

use pulp::Simd;

use crate::kernels::{
    math::Math,
    recurrent::{Place, load, lstm::tanh_slope, step, store, sweep::Epilogue},
};

pub(super) struct Forward<'a, E, const RELU: bool>(pub(super) step::Forward<'a, E>);

impl<E: Math, const RELU: bool> Epilogue<E> for Forward<'_, E, RELU> {
    #[inline(always)]
    fn take<S: Simd, const G: usize>(&mut self, simd: S, place: Place, sums: [E::Vector<S>; G]) {
        let step = &mut self.0;
        let Place { row, unit, count } = place;
        let at = row * step.n + unit;
        let z = E::add(simd, sums[0], load(simd, step.gates, at, count));
        let z = E::add(simd, z, load(simd, step.bias, unit, count));
        let h = if RELU { E::max(simd, E::constant(simd, 0.0), z) } else { E::tanh(simd, z) };
        store(simd, step.h, at, count, h);
    }
}

pub(super) struct Backward<'a, E, const RELU: bool>(pub(super) step::Backward<'a, E>);

impl<E: Math, const RELU: bool> Epilogue<E> for Backward<'_, E, RELU> {
    #[inline(always)]
    fn take<S: Simd, const G: usize>(&mut self, simd: S, place: Place, sums: [E::Vector<S>; G]) {
        let step = &mut self.0;
        let Place { row, unit, count } = place;
        let at = row * step.n + unit;
        let d_h = E::add(simd, sums[0], load(simd, step.d_h, at, count));
        store(simd, step.d_h, at, count, d_h);
        let zero = E::constant(simd, 0.0);
        let h = load(simd, step.h, at, count);
        let d_z =
            if RELU { E::select(simd, E::less(simd, zero, h), d_h, zero) } else { tanh_slope::<S, E>(simd, d_h, h) };
        store(simd, step.gates, at, count, d_z);
    }
}
