//! Updates of parameters, in one pass over weights, gradients and state.

use pulp::{Simd, WithSimd};

use crate::kernels::{math::Math, simd::run};

/// The rule of an optimizer for one number, with `K` numbers of state beside it.
pub(crate) trait Rule<E: Math, const K: usize>: Copy + Send + Sync {
    /// The new weight, from the weight `w`, its gradient `g` and the state, which is updated.
    fn call<S: Simd>(self, simd: S, w: E::Vector<S>, g: E::Vector<S>, state: &mut [E::Vector<S>; K]) -> E::Vector<S>;
}

/// Numbers of a tensor that one thread updates: below it, a second thread costs more than it saves.
const CHUNK: usize = 1 << 16;

/// Applies `rule` to a tensor. Every number is updated on its own, so the threads do not change a bit.
pub(crate) fn update<E: Math + Send + Sync, R: Rule<E, K>, const K: usize>(
    rule: R,
    w: &mut [E],
    g: &[E],
    state: [&mut [E]; K],
    threads: usize,
) {
    if threads > 1 && w.len() >= 2 * CHUNK {
        let middle = (w.len() / 2).next_multiple_of(CHUNK);
        let (w, w_rest) = w.split_at_mut(middle);
        let (g, g_rest) = g.split_at(middle);
        let mut rest: [&mut [E]; K] = std::array::from_fn(|_| &mut [][..]);
        let mut place = rest.iter_mut();
        let state = state.map(|slice| {
            let (head, tail) = slice.split_at_mut(middle);
            if let Some(place) = place.next() {
                *place = tail;
            }
            head
        });
        let left = threads / 2;
        rayon::join(|| update(rule, w, g, state, left), || update(rule, w_rest, g_rest, rest, threads - left));
    } else {
        run(Update { rule, w, g, state });
    }
}

struct Update<'a, E, R, const K: usize> {
    rule: R,
    w: &'a mut [E],
    g: &'a [E],
    state: [&'a mut [E]; K],
}

impl<E: Math, R: Rule<E, K>, const K: usize> WithSimd for Update<'_, E, R, K> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Update { rule, w, g, state } = self;
        let length = state.iter().fold(w.len().min(g.len()), |length, slice| length.min(slice.len()));
        let (w, w_rest) = E::as_vectors_mut::<S>(&mut w[..length]);
        let (g, g_rest) = E::as_vectors::<S>(&g[..length]);
        let mut rests: [&mut [E]; K] = std::array::from_fn(|_| &mut [][..]);
        let mut place = rests.iter_mut();
        let state = state.map(|slice| {
            let (vectors, rest) = E::as_vectors_mut::<S>(&mut slice[..length]);
            if let Some(place) = place.next() {
                *place = rest;
            }
            // One length for all, so that the loop below needs no check.
            &mut vectors[..w.len()]
        });
        for i in 0..w.len() {
            let mut now: [E::Vector<S>; K] = std::array::from_fn(|k| state[k][i]);
            w[i] = rule.call(simd, w[i], g[i], &mut now);
            for k in 0..K {
                state[k][i] = now[k];
            }
        }
        if !w_rest.is_empty() {
            let mut now = [E::constant(simd, 0.0); K];
            for k in 0..K {
                now[k] = E::load_partial(simd, rests[k]);
            }
            let (w, g) = (E::load_partial(simd, w_rest), E::load_partial(simd, g_rest));
            let w = rule.call(simd, w, g, &mut now);
            E::store_partial(simd, w_rest, w);
            for k in 0..K {
                E::store_partial(simd, rests[k], now[k]);
            }
        }
    }
}
