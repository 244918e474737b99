//! c′ = f ∘ c + i ∘ g, h′ = o ∘ tanh c′, where i, f, o are sigmoids and g is the hyperbolic tangent of W_ih x + W_hh h + b.
//!
//! With peepholes, p_i ∘ c and p_f ∘ c are added under the sigmoids of i and f, and p_o ∘ c′ under that of o.

use pulp::Simd;

use crate::kernels::{
    math::Math,
    recurrent::{Place, load, step, store, sweep::Epilogue},
    vector::Vector,
};

pub(super) struct Forward<'a, E>(pub(super) step::Forward<'a, E>);

impl<E: Math> Epilogue<E> for Forward<'_, E> {
    #[inline(always)]
    fn take<S: Simd, const G: usize>(&mut self, simd: S, place: Place, sums: [Vector<S, E>; G]) {
        let step = &mut self.0;
        let (n, Place { row, unit, count }) = (step.n, place);
        let (at, gates) = (row * n + unit, row * 4 * n + unit);
        let mut z = sums;
        for g in 0..G {
            z[g] = z[g] + load(simd, step.gates, gates + g * n, count);
            z[g] = z[g] + load(simd, step.bias, g * n + unit, count);
        }
        let c_before = load(simd, step.c_before, at, count);
        let peepholes = !step.peephole.is_empty();
        if peepholes {
            for g in 0..2 {
                z[g] = load(simd, step.peephole, g * n + unit, count).mul_add(c_before, z[g]);
            }
        }
        let (i, f, g) = (z[0].sigmoid(), z[1].sigmoid(), z[2].tanh());
        let c = f.mul_add(c_before, i * g);
        if peepholes {
            z[3] = load(simd, step.peephole, 2 * n + unit, count).mul_add(c, z[3]);
        }
        let o = z[3].sigmoid();
        store(step.gates, gates, count, i);
        store(step.gates, gates + n, count, f);
        store(step.gates, gates + 2 * n, count, g);
        store(step.gates, gates + 3 * n, count, o);
        store(step.c, at, count, c);
        store(step.h, at, count, o * c.tanh());
    }
}

pub(super) struct Backward<'a, E>(pub(super) step::Backward<'a, E>);

impl<E: Math> Epilogue<E> for Backward<'_, E> {
    #[inline(always)]
    fn take<S: Simd, const G: usize>(&mut self, simd: S, place: Place, sums: [Vector<S, E>; G]) {
        let step = &mut self.0;
        let (n, Place { row, unit, count }) = (step.n, place);
        let (at, gates) = (row * n + unit, row * 4 * n + unit);
        let d_h = sums[0] + load(simd, step.d_h, at, count);
        store(step.d_h, at, count, d_h);
        let i = load(simd, step.gates, gates, count);
        let f = load(simd, step.gates, gates + n, count);
        let g = load(simd, step.gates, gates + 2 * n, count);
        let o = load(simd, step.gates, gates + 3 * n, count);
        let c_before = load(simd, step.c_before, at, count);
        let c = load(simd, step.c, at, count).tanh();
        let d_o = sigmoid_gradient(simd, d_h * c, o);
        let through = tanh_gradient(simd, d_h * o, c);
        let mut d_c = load(simd, step.d_c, at, count) + through;
        let peepholes = !step.peephole.is_empty();
        if peepholes {
            d_c = load(simd, step.peephole, 2 * n + unit, count).mul_add(d_o, d_c);
        }
        let d_i = sigmoid_gradient(simd, d_c * g, i);
        let d_f = sigmoid_gradient(simd, d_c * c_before, f);
        let d_g = tanh_gradient(simd, d_c * i, g);
        let mut d_c_before = d_c * f;
        if peepholes {
            d_c_before = load(simd, step.peephole, unit, count).mul_add(d_i, d_c_before);
            d_c_before = load(simd, step.peephole, n + unit, count).mul_add(d_f, d_c_before);
        }
        store(step.d_c, at, count, d_c);
        store(step.d_c_before, at, count, d_c_before);
        store(step.gates, gates, count, d_i);
        store(step.gates, gates + n, count, d_f);
        store(step.gates, gates + 2 * n, count, d_g);
        store(step.gates, gates + 3 * n, count, d_o);
    }
}

/// d · s (1 − s)
#[inline(always)]
pub(super) fn sigmoid_gradient<S: Simd, E: Math>(simd: S, d: Vector<S, E>, s: Vector<S, E>) -> Vector<S, E> {
    d * (s * (Vector::constant(simd, 1.0) - s))
}

/// d · (1 − t²), as (1 − t) (1 + t): the square of a t near 1 would round away half of what is left.
#[inline(always)]
pub(super) fn tanh_gradient<S: Simd, E: Math>(simd: S, d: Vector<S, E>, t: Vector<S, E>) -> Vector<S, E> {
    let one = Vector::constant(simd, 1.0);
    d * ((one - t) * (one + t))
}
