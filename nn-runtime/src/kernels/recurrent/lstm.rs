//! c′ = f ∘ c + i ∘ g, h′ = o ∘ tanh c′, where i, f, o are sigmoids and g is the hyperbolic tangent of W_ih x + W_hh h + b.
//!
//! With peepholes, p_i ∘ c and p_f ∘ c are added under the sigmoids of i and f, and p_o ∘ c′ under that of o.

use pulp::Simd;

use crate::kernels::{
    math::Math,
    recurrent::{Place, load, step, store, sweep::Epilogue},
};

pub(super) struct Forward<'a, E>(pub(super) step::Forward<'a, E>);

impl<E: Math> Epilogue<E> for Forward<'_, E> {
    #[inline(always)]
    fn take<S: Simd, const G: usize>(&mut self, simd: S, place: Place, sums: [E::Vector<S>; G]) {
        let step = &mut self.0;
        let (n, Place { row, unit, count }) = (step.n, place);
        let (at, gates) = (row * n + unit, row * 4 * n + unit);
        let mut z = sums;
        for g in 0..G {
            z[g] = E::add(simd, z[g], load(simd, step.gates, gates + g * n, count));
            z[g] = E::add(simd, z[g], load(simd, step.bias, g * n + unit, count));
        }
        let c_before = load(simd, step.c_before, at, count);
        let peepholes = !step.peephole.is_empty();
        if peepholes {
            for g in 0..2 {
                z[g] = E::mul_add(simd, load(simd, step.peephole, g * n + unit, count), c_before, z[g]);
            }
        }
        let (i, f, g) = (E::sigmoid(simd, z[0]), E::sigmoid(simd, z[1]), E::tanh(simd, z[2]));
        let c = E::mul_add(simd, f, c_before, E::mul(simd, i, g));
        if peepholes {
            z[3] = E::mul_add(simd, load(simd, step.peephole, 2 * n + unit, count), c, z[3]);
        }
        let o = E::sigmoid(simd, z[3]);
        store(simd, step.gates, gates, count, i);
        store(simd, step.gates, gates + n, count, f);
        store(simd, step.gates, gates + 2 * n, count, g);
        store(simd, step.gates, gates + 3 * n, count, o);
        store(simd, step.c, at, count, c);
        store(simd, step.h, at, count, E::mul(simd, o, E::tanh(simd, c)));
    }
}

pub(super) struct Backward<'a, E>(pub(super) step::Backward<'a, E>);

impl<E: Math> Epilogue<E> for Backward<'_, E> {
    #[inline(always)]
    fn take<S: Simd, const G: usize>(&mut self, simd: S, place: Place, sums: [E::Vector<S>; G]) {
        let step = &mut self.0;
        let (n, Place { row, unit, count }) = (step.n, place);
        let (at, gates) = (row * n + unit, row * 4 * n + unit);
        let d_h = E::add(simd, sums[0], load(simd, step.d_h, at, count));
        store(simd, step.d_h, at, count, d_h);
        let i = load(simd, step.gates, gates, count);
        let f = load(simd, step.gates, gates + n, count);
        let g = load(simd, step.gates, gates + 2 * n, count);
        let o = load(simd, step.gates, gates + 3 * n, count);
        let c_before = load(simd, step.c_before, at, count);
        let c = E::tanh(simd, load(simd, step.c, at, count));
        let d_o = slope::<S, E>(simd, E::mul(simd, d_h, c), o);
        let through = tanh_slope::<S, E>(simd, E::mul(simd, d_h, o), c);
        let mut d_c = E::add(simd, load(simd, step.d_c, at, count), through);
        let peepholes = !step.peephole.is_empty();
        if peepholes {
            d_c = E::mul_add(simd, load(simd, step.peephole, 2 * n + unit, count), d_o, d_c);
        }
        let d_i = slope::<S, E>(simd, E::mul(simd, d_c, g), i);
        let d_f = slope::<S, E>(simd, E::mul(simd, d_c, c_before), f);
        let d_g = tanh_slope::<S, E>(simd, E::mul(simd, d_c, i), g);
        let mut d_c_before = E::mul(simd, d_c, f);
        if peepholes {
            d_c_before = E::mul_add(simd, load(simd, step.peephole, unit, count), d_i, d_c_before);
            d_c_before = E::mul_add(simd, load(simd, step.peephole, n + unit, count), d_f, d_c_before);
        }
        store(simd, step.d_c, at, count, d_c);
        store(simd, step.d_c_before, at, count, d_c_before);
        store(simd, step.gates, gates, count, d_i);
        store(simd, step.gates, gates + n, count, d_f);
        store(simd, step.gates, gates + 2 * n, count, d_g);
        store(simd, step.gates, gates + 3 * n, count, d_o);
    }
}

/// d · s (1 − s)
#[inline(always)]
pub(super) fn slope<S: Simd, E: Math>(simd: S, d: E::Vector<S>, s: E::Vector<S>) -> E::Vector<S> {
    E::mul(simd, d, E::mul(simd, s, E::sub(simd, E::constant(simd, 1.0), s)))
}

/// d · (1 − t²), as (1 − t) (1 + t): the square of a t near 1 would round away half of what is left.
#[inline(always)]
pub(super) fn tanh_slope<S: Simd, E: Math>(simd: S, d: E::Vector<S>, t: E::Vector<S>) -> E::Vector<S> {
    let one = E::constant(simd, 1.0);
    E::mul(simd, d, E::mul(simd, E::sub(simd, one, t), E::add(simd, one, t)))
}
