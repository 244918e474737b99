//! h′ = (1 − z) ∘ n + z ∘ h, where r and z are sigmoids of W_ih x + W_hh h + b and n = tanh(W_in x + b_in + r ∘ (W_hn h + b_hn)).
//!
//! Of each step W_hn h + b_hn, r, z and n are kept, in this order.

use pulp::Simd;

use crate::kernels::{
    math::Math,
    recurrent::{
        Place, load,
        lstm::{slope, tanh_slope},
        step, store,
        sweep::Epilogue,
    },
};

pub(super) struct Forward<'a, E>(pub(super) step::Forward<'a, E>);

impl<E: Math> Epilogue<E> for Forward<'_, E> {
    #[inline(always)]
    fn take<S: Simd, const G: usize>(&mut self, simd: S, place: Place, sums: [E::Vector<S>; G]) {
        let step = &mut self.0;
        let (units, Place { row, unit, count }) = (step.n, place);
        let (at, gates) = (row * units + unit, row * 4 * units + unit);
        let mut z = sums;
        for g in 0..2 {
            z[g] = E::add(simd, z[g], load(simd, step.gates, gates + (g + 1) * units, count));
            z[g] = E::add(simd, z[g], load(simd, step.bias, (g + 1) * units + unit, count));
        }
        let (r, z, q) =
            (E::sigmoid(simd, z[0]), E::sigmoid(simd, z[1]), E::add(simd, sums[2], load(simd, step.bias, unit, count)));
        let x = load(simd, step.gates, gates + 3 * units, count);
        let x = E::add(simd, x, load(simd, step.bias, 3 * units + unit, count));
        let n = E::tanh(simd, E::mul_add(simd, r, q, x));
        let h_before = load(simd, step.h_before, at, count);
        store(simd, step.gates, gates, count, q);
        store(simd, step.gates, gates + units, count, r);
        store(simd, step.gates, gates + 2 * units, count, z);
        store(simd, step.gates, gates + 3 * units, count, n);
        store(simd, step.h, at, count, E::mul_add(simd, z, E::sub(simd, h_before, n), n));
    }
}

pub(super) struct Backward<'a, E>(pub(super) step::Backward<'a, E>);

impl<E: Math> Epilogue<E> for Backward<'_, E> {
    #[inline(always)]
    fn take<S: Simd, const G: usize>(&mut self, simd: S, place: Place, sums: [E::Vector<S>; G]) {
        let step = &mut self.0;
        let (units, Place { row, unit, count }) = (step.n, place);
        let (at, gates) = (row * units + unit, row * 4 * units + unit);
        let one = E::constant(simd, 1.0);
        let d_h = E::add(simd, sums[0], load(simd, step.d_h, at, count));
        store(simd, step.d_h, at, count, d_h);
        let q = load(simd, step.gates, gates, count);
        let r = load(simd, step.gates, gates + units, count);
        let z = load(simd, step.gates, gates + 2 * units, count);
        let n = load(simd, step.gates, gates + 3 * units, count);
        let h_before = load(simd, step.h_before, at, count);
        let d_z = slope::<S, E>(simd, E::mul(simd, d_h, E::sub(simd, h_before, n)), z);
        let d_n = E::mul(simd, d_h, E::sub(simd, one, z));
        let d_n = tanh_slope::<S, E>(simd, d_n, n);
        let d_r = slope::<S, E>(simd, E::mul(simd, d_n, q), r);
        let passed = load(simd, step.d_h_before, at, count);
        store(simd, step.d_h_before, at, count, E::mul_add(simd, d_h, z, passed));
        store(simd, step.gates, gates, count, E::mul(simd, d_n, r));
        store(simd, step.gates, gates + units, count, d_r);
        store(simd, step.gates, gates + 2 * units, count, d_z);
        store(simd, step.gates, gates + 3 * units, count, d_n);
    }
}
