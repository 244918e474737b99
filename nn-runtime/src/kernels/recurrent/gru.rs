//! h′ = (1 − z) ∘ n + z ∘ h, where r and z are sigmoids of W_ih x + W_hh h + b and n = tanh(W_in x + b_in + r ∘ (W_hn h + b_hn)).
//!
//! Of each step W_hn h + b_hn, r, z and n are kept, in this order.

use pulp::Simd;

use crate::kernels::{
    math::Math,
    recurrent::{
        Place, load,
        lstm::{sigmoid_gradient, tanh_gradient},
        step, store,
        sweep::Epilogue,
    },
    vector::Vector,
};

pub(super) struct Forward<'a, E>(pub(super) step::Forward<'a, E>);

impl<E: Math> Epilogue<E> for Forward<'_, E> {
    #[inline(always)]
    fn take<S: Simd, const G: usize>(&mut self, simd: S, place: Place, sums: [Vector<S, E>; G]) {
        let step = &mut self.0;
        let (units, Place { row, unit, count }) = (step.n, place);
        let (at, gates) = (row * units + unit, row * 4 * units + unit);
        let mut z = sums;
        for g in 0..2 {
            z[g] = z[g] + load(simd, step.gates, gates + (g + 1) * units, count);
            z[g] = z[g] + load(simd, step.bias, (g + 1) * units + unit, count);
        }
        let (r, z) = (z[0].sigmoid(), z[1].sigmoid());
        let q = sums[2] + load(simd, step.bias, unit, count);
        let x = load(simd, step.gates, gates + 3 * units, count) + load(simd, step.bias, 3 * units + unit, count);
        let n = r.mul_add(q, x).tanh();
        let h_before = load(simd, step.h_before, at, count);
        store(step.gates, gates, count, q);
        store(step.gates, gates + units, count, r);
        store(step.gates, gates + 2 * units, count, z);
        store(step.gates, gates + 3 * units, count, n);
        store(step.h, at, count, z.mul_add(h_before - n, n));
    }
}

pub(super) struct Backward<'a, E>(pub(super) step::Backward<'a, E>);

impl<E: Math> Epilogue<E> for Backward<'_, E> {
    #[inline(always)]
    fn take<S: Simd, const G: usize>(&mut self, simd: S, place: Place, sums: [Vector<S, E>; G]) {
        let step = &mut self.0;
        let (units, Place { row, unit, count }) = (step.n, place);
        let (at, gates) = (row * units + unit, row * 4 * units + unit);
        let d_h = sums[0] + load(simd, step.d_h, at, count);
        store(step.d_h, at, count, d_h);
        let q = load(simd, step.gates, gates, count);
        let r = load(simd, step.gates, gates + units, count);
        let z = load(simd, step.gates, gates + 2 * units, count);
        let n = load(simd, step.gates, gates + 3 * units, count);
        let h_before = load(simd, step.h_before, at, count);
        let d_z = sigmoid_gradient(simd, d_h * (h_before - n), z);
        let d_n = tanh_gradient(simd, d_h * (Vector::constant(simd, 1.0) - z), n);
        let d_r = sigmoid_gradient(simd, d_n * q, r);
        let passed = load(simd, step.d_h_before, at, count);
        store(step.d_h_before, at, count, d_h.mul_add(z, passed));
        store(step.gates, gates, count, d_n * r);
        store(step.gates, gates + units, count, d_r);
        store(step.gates, gates + 2 * units, count, d_z);
        store(step.gates, gates + 3 * units, count, d_n);
    }
}
