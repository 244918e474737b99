//! Updates of parameters, in one pass over weights, gradients and state; and what tells beforehand that they stay finite.

use pulp::{Simd, WithSimd};

use crate::kernels::{Element, compiled::compiled, math::Math, simd::run, vector::Vector};

/// The rule of an optimizer for one number, with `K` numbers of state beside it.
pub(crate) trait Rule<E: Math, const K: usize>: Copy + Send + Sync {
    /// The new weight, from the weight `w`, its gradient `g` and the state, which is updated.
    fn call<S: Simd>(self, simd: S, w: E::Vector<S>, g: E::Vector<S>, state: &mut [E::Vector<S>; K]) -> E::Vector<S>;

    /// Whether the change of a weight depends on the weight, as it does with decay.
    fn reads_weights(self) -> bool;

    /// For weights, gradients and state of at most these magnitudes, a bound on the magnitude of everything that [`Rule::call`] calculates but the new
    /// weight: of the change of the weight, the factors and the values between. `state` becomes the bounds of the new state. A rule that does not read
    /// weights may get any `w`, and must not make a weight larger but by the change.
    fn bound(self, w: f64, g: f64, state: &mut [f64; K]) -> f64;
}

/// The largest bound of [`Rule::bound`] for which nothing overflows. A finite weight stays finite where it changes by less than half the distance of
/// the two largest numbers, which is MAX · ε / 4; the rest leaves room for the rounding of the state over many steps.
pub(crate) fn safe_bound<E: Element>() -> f64 {
    E::max_value().as_f64() * E::epsilon().as_f64() / 8.0
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

/// The largest magnitude among the numbers, NaN where one is infinite or NaN, 0 for none.
pub(crate) fn largest<E: Element>(x: &[E], threads: usize) -> f64 {
    if threads > 1 && x.len() >= 2 * CHUNK {
        let (x, rest) = x.split_at((x.len() / 2).next_multiple_of(CHUNK));
        let left = threads / 2;
        let (a, b) = rayon::join(|| largest(x, left), || largest(rest, threads - left));
        larger(a, b)
    } else {
        E::largest_magnitude(x)
    }
}

/// No number for which [`all_within`] holds has a larger magnitude.
pub(crate) const WITHIN: f64 = (1_u64 << 30) as f64;

/// Whether all numbers are known to be finite and at most [`WITHIN`], as those of most trainings are. It takes as long as the numbers take to come
/// from the cache: one operation a register. [`largest`] takes longer and knows more.
pub(crate) fn all_within<E: Element>(x: &[E], threads: usize) -> bool {
    if threads > 1 && x.len() >= 2 * CHUNK {
        let (x, rest) = x.split_at((x.len() / 2).next_multiple_of(CHUNK));
        let left = threads / 2;
        let (a, b) = rayon::join(|| all_within(x, left), || all_within(rest, threads - left));
        a && b
    } else {
        E::are_within(x)
    }
}

compiled! {
    /// What is known of numbers before a step, for an element type. Sealed through [`crate::Element`].
    pub trait Bounds {
        fn largest_magnitude(x: &[Self]) -> f64 { run(Largest(x)) }
        fn are_within(x: &[Self]) -> bool { run(AllWithin(x)) }
    }
}

struct AllWithin<'a, E>(&'a [E]);

impl<E: Element> WithSimd for AllWithin<'_, E> {
    type Output = bool;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> bool {
        /// Sums at a time, since an operation takes longer than a load.
        const SUMS: usize = 8;
        let (vectors, rest) = E::as_vectors::<S>(self.0);
        // Sums of x · MAX / 2²⁹. A number beyond 2³⁰ takes any finite sum beyond MAX, and so does infinity; from infinity and NaN no number leads back.
        let scale = Vector::splat(simd, E::max_value() / E::from_f64(WITHIN / 2.0));
        let zero = Vector::splat(simd, E::zero());
        let mut sums = [zero; SUMS];
        let (blocks, last) = vectors.as_chunks::<SUMS>();
        for block in blocks {
            for k in 0..SUMS {
                sums[k] = Vector::of(simd, block[k]).mul_add(scale, sums[k]);
            }
        }
        for &v in last {
            sums[0] = Vector::of(simd, v).mul_add(scale, sums[0]);
        }
        // x − x is NaN for what is not finite, and so is each sum with it.
        let differences = sums.into_iter().fold(zero, |all, sum| all + sum.zero_if_finite());
        differences.sum() == E::zero() && rest.iter().all(|x| x.abs().as_f64() <= WITHIN)
    }
}

/// The larger, or NaN.
pub(crate) fn larger(a: f64, b: f64) -> f64 {
    if a.is_nan() || a > b { a } else { b }
}

struct Largest<'a, E>(&'a [E]);

impl<E: Element> WithSimd for Largest<'_, E> {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f64 {
        let (vectors, rest) = E::as_vectors::<S>(self.0);
        let zero = Vector::<S, E>::constant(simd, 0.0);
        // Two of each at a time: an operation takes longer than a load. x − x is NaN for what is not finite.
        let (mut most, mut differences) = ([zero; 2], [zero; 2]);
        let (pairs, last) = vectors.as_chunks::<2>();
        for pair in pairs {
            for k in 0..2 {
                let v = Vector::of(simd, pair[k]);
                most[k] = v.abs().max(most[k]);
                differences[k] = differences[k] + v.zero_if_finite();
            }
        }
        for &v in last {
            let v = Vector::of(simd, v);
            most[0] = v.abs().max(most[0]);
            differences[0] = differences[0] + v.zero_if_finite();
        }
        let whole = (differences[0] + differences[1]).sum();
        let most = most[0].max(most[1]).largest().as_f64() + whole.as_f64();
        rest.iter().fold(most, |most, x| larger(most, if x.is_finite() { x.abs().as_f64() } else { f64::NAN }))
    }
}

/// The largest magnitude in each slot of the state as `rule` would leave it; NaN in all where it would leave a weight, or a number of the state, that
/// is not finite. Changes nothing.
pub(crate) fn probe<E: Element, R: Rule<E, K>, const K: usize>(
    rule: R,
    w: &[E],
    g: &[E],
    state: [&[E]; K],
    threads: usize,
) -> Probe<K> {
    if threads > 1 && w.len() >= 2 * CHUNK {
        let middle = (w.len() / 2).next_multiple_of(CHUNK);
        let ((w, w_rest), (g, g_rest)) = (w.split_at(middle), g.split_at(middle));
        let (rest, state) = (state.map(|slice| &slice[middle..]), state.map(|slice| &slice[..middle]));
        let left = threads / 2;
        let halves =
            rayon::join(|| probe(rule, w, g, state, left), || probe(rule, w_rest, g_rest, rest, threads - left));
        halves.0.and(halves.1)
    } else {
        run(Dry { rule, w, g, state })
    }
}

/// What a step would come to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Probe<const K: usize> {
    pub(crate) finite: bool,
    /// The largest magnitude in each slot of the state, if all is finite.
    pub(crate) largest: [f64; K],
}

impl<const K: usize> Probe<K> {
    pub(crate) fn and(self, other: Self) -> Self {
        let largest = std::array::from_fn(|k| larger(self.largest[k], other.largest[k]));
        Probe { finite: self.finite && other.finite, largest }
    }
}

struct Dry<'a, E, R, const K: usize> {
    rule: R,
    w: &'a [E],
    g: &'a [E],
    state: [&'a [E]; K],
}

impl<E: Element, R: Rule<E, K>, const K: usize> WithSimd for Dry<'_, E, R, K> {
    type Output = Probe<K>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Probe<K> {
        let Dry { rule, w, g, state } = self;
        let length = state.iter().fold(w.len().min(g.len()), |length, slice| length.min(slice.len()));
        let (w, w_rest) = E::as_vectors::<S>(&w[..length]);
        let (g, g_rest) = E::as_vectors::<S>(&g[..length]);
        let rests = state.map(|slice| E::as_vectors::<S>(&slice[..length]).1);
        let state = state.map(|slice| E::as_vectors::<S>(&slice[..length]).0);
        let zero = Vector::<S, E>::constant(simd, 0.0);
        let (mut differences, mut most) = (zero, [zero; K]);
        let mut take = |w, g, mut now: [E::Vector<S>; K]| {
            let w = Vector::of(simd, rule.call(simd, w, g, &mut now));
            differences = differences + w.zero_if_finite();
            for k in 0..K {
                let now = Vector::of(simd, now[k]);
                most[k] = now.abs().max(most[k]);
                differences = differences + now.zero_if_finite();
            }
        };
        for i in 0..w.len() {
            take(w[i], g[i], std::array::from_fn(|k| state[k][i]));
        }
        // One by one: zeros in place of what is missing may divide by zero.
        for i in 0..w_rest.len() {
            let one = |rest: &[E]| E::splat(simd, rest[i]);
            take(one(w_rest), one(g_rest), std::array::from_fn(|k| one(rests[k])));
        }
        Probe { finite: differences.sum() == E::zero(), largest: most.map(|most| most.largest().as_f64()) }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::{simd::at_each_level, testing::values};

    fn finds<E: Element>() {
        let bad = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 2.1 * WITHIN, -2.1 * WITHIN, 1e30, -1e30];
        for length in [0, 1, 3, 8, 31, 64, 130, 300] {
            let mut x = values::<E>(length, 1);
            assert!(all_within(&x, 1), "{length}");
            for place in 0..length {
                for &bad in &bad {
                    let before = std::mem::replace(&mut x[place], E::from_f64(bad));
                    assert!(!all_within(&x, 1), "{bad} at {place} of {length}");
                    x[place] = before;
                }
                // Half of a bound is no reason to take the longer look.
                let before = std::mem::replace(&mut x[place], E::from_f64(WITHIN / 4.0));
                assert!(all_within(&x, 1), "{place} of {length}");
                x[place] = before;
            }
        }
    }

    #[test]
    fn numbers_that_are_not_finite_or_large_are_found_wherever_they_are() {
        at_each_level(|| -> Result<(), ()> {
            finds::<f32>();
            finds::<f64>();
            Ok(())
        })
        .unwrap();
    }

    #[test]
    fn a_large_number_is_found_behind_one_that_takes_the_sum_the_other_way() {
        for distance in 1..=160 {
            let mut x = vec![0.0; 300];
            x[0] = -0.45 * WITHIN;
            assert!(all_within(&x, 1));
            x[distance] = 1.1 * WITHIN;
            assert!(!all_within(&x, 1), "{distance}");
            assert!(!all_within(&x.iter().map(|&x| x as f32).collect::<Vec<_>>(), 1), "{distance}");
        }
    }

    #[test]
    fn threads_look_at_all_parts() {
        for place in [0, 2 * CHUNK - 1, 2 * CHUNK, 5 * CHUNK] {
            let mut x = vec![1.0_f32; 5 * CHUNK + 1];
            assert!([1, 2, 3, 8].iter().all(|&threads| all_within(&x, threads)));
            x[place] = f32::NAN;
            assert!(![1, 2, 3, 8].iter().any(|&threads| all_within(&x, threads)));
        }
    }
}
