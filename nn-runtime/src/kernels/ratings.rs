//! Rows of a table that only some samples touch: sums of rows, products with rows, and updates of them.

use pulp::{Simd, WithSimd};

use crate::kernels::{
    gemv::dots,
    math::Math,
    simd::{by_lanes, run},
    vector::Vector,
};

/// `sum` += Σ of the rows of `table` that `rows` names; a row is as long as `sum`.
pub(crate) fn add_rows<E: Math>(sum: &mut [E], table: &[E], rows: impl Iterator<Item = usize>) {
    run(AddRows { sum, table, rows });
}

struct AddRows<'a, E, I> {
    sum: &'a mut [E],
    table: &'a [E],
    rows: I,
}

impl<E: Math, I: Iterator<Item = usize>> WithSimd for AddRows<'_, E, I> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (width, one) = (self.sum.len(), Vector::constant(simd, 1.0));
        for row in self.rows {
            add_scaled(simd, self.sum, one, &self.table[row * width..(row + 1) * width]);
        }
    }
}

/// y += s · x
#[inline(always)]
fn add_scaled<S: Simd, E: Math>(simd: S, y: &mut [E], s: Vector<S, E>, x: &[E]) {
    let (x, x_rest) = E::as_vectors::<S>(x);
    let (y, y_rest) = E::as_vectors_mut::<S>(y);
    for (y, &x) in y.iter_mut().zip(x) {
        *y = s.mul_add(Vector::of(simd, x), Vector::of(simd, *y)).raw();
    }
    if !y_rest.is_empty() {
        s.mul_add(Vector::load(simd, x_rest), Vector::load(simd, y_rest)).store(y_rest);
    }
}

/// y += s · x
pub(crate) fn add<E: Math>(y: &mut [E], s: f64, x: &[E]) {
    run(Add { y, s, x });
}

struct Add<'a, E> {
    y: &'a mut [E],
    s: f64,
    x: &'a [E],
}

impl<E: Math> WithSimd for Add<'_, E> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        add_scaled(simd, self.y, Vector::constant(simd, self.s), self.x);
    }
}

/// y[i, k] = bias[item, k] + weight[item, k, ·] · h for the i-th item of `items` and each of its `K` levels.
pub(crate) fn level_fields<E: Math, const K: usize>(
    weight: &[E],
    bias: &[E],
    h: &[E],
    items: impl Iterator<Item = usize>,
    y: &mut [E],
) {
    run(LevelFields::<E, _, K> { weight, bias, h, items, y });
}

struct LevelFields<'a, E, I, const K: usize> {
    weight: &'a [E],
    bias: &'a [E],
    h: &'a [E],
    items: I,
    y: &'a mut [E],
}

impl<E: Math, I: Iterator<Item = usize>, const K: usize> WithSimd for LevelFields<'_, E, I, K> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        // As many levels at a time as a register has lanes. Constants, so that only the branch that is taken gets compiled.
        by_lanes!(S, E, R => self.blocks::<S, R>(simd));
    }
}

impl<E: Math, I: Iterator<Item = usize>, const K: usize> LevelFields<'_, E, I, K> {
    #[inline(always)]
    fn blocks<S: Simd, const R: usize>(self, simd: S) {
        let width = self.h.len();
        for (item, y) in self.items.zip(self.y.chunks_exact_mut(K)) {
            for first in (0..K).step_by(R) {
                let (count, row) = (R.min(K - first), item * K + first);
                let weight = &self.weight[row * width..(row + count) * width];
                let sums = Vector::of(simd, dots::<S, E, R>(simd, weight, self.h, count));
                (sums + Vector::load(simd, &self.bias[row..row + count])).store(&mut y[first..first + count]);
            }
        }
    }
}

/// (w, v) = (a w + b v, c w + d v) in each place, where `by` is [a, b, c, d].
pub(crate) fn mix<E: Math>(w: &mut [E], v: &mut [E], by: [f64; 4]) {
    run(Mix { w, v, by });
}

struct Mix<'a, E> {
    w: &'a mut [E],
    v: &'a mut [E],
    by: [f64; 4],
}

impl<E: Math> WithSimd for Mix<'_, E> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let [a, b, c, d] = self.by.map(|x| Vector::<S, E>::constant(simd, x));
        let mixed = |w: Vector<S, E>, v: Vector<S, E>| (a.mul_add(w, b * v), c.mul_add(w, d * v));
        let (w, w_rest) = E::as_vectors_mut::<S>(self.w);
        let (v, v_rest) = E::as_vectors_mut::<S>(self.v);
        for (w, v) in w.iter_mut().zip(v) {
            let (first, second) = mixed(Vector::of(simd, *w), Vector::of(simd, *v));
            (*w, *v) = (first.raw(), second.raw());
        }
        if !w_rest.is_empty() {
            let (first, second) = mixed(Vector::load(simd, w_rest), Vector::load(simd, v_rest));
            first.store(w_rest);
            second.store(v_rest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::testing::{assert_close, values};

    #[test]
    fn rows_agree_with_their_definitions() {
        for width in [1, 4, 16, 19, 100] {
            let (table, h) = (values::<f64>(20 * width, 1), values::<f64>(width, 2));
            let picked = [3, 0, 3, 19];
            let mut sum = h.clone();
            add_rows(&mut sum, &table, picked.into_iter());
            let expected: Vec<f64> =
                (0..width).map(|j| h[j] + picked.iter().map(|row| table[row * width + j]).sum::<f64>()).collect();
            assert_close(&sum, &expected, 1e-14);

            let (bias, mut fields) = (values::<f64>(20, 3), vec![0.0; 15]);
            level_fields::<f64, 5>(&table, &bias, &h, [3, 0, 2].into_iter(), &mut fields);
            let field = |row: usize| bias[row] + (0..width).map(|j| h[j] * table[row * width + j]).sum::<f64>();
            let expected: Vec<f64> =
                [3, 0, 2].iter().flat_map(|item| (0..5).map(move |k| field(item * 5 + k))).collect();
            assert_close(&fields, &expected, 1e-13);

            let (mut w, mut v) = (h.clone(), sum.clone());
            mix(&mut w, &mut v, [0.5, -2.0, 1.0, 0.25]);
            assert_close(&w, &(0..width).map(|j| 0.5 * h[j] - 2.0 * sum[j]).collect::<Vec<_>>(), 1e-14);
            assert_close(&v, &(0..width).map(|j| h[j] + 0.25 * sum[j]).collect::<Vec<_>>(), 1e-14);
            add(&mut w, -3.0, &h);
            assert_close(&w, &(0..width).map(|j| -2.5 * h[j] - 2.0 * sum[j]).collect::<Vec<_>>(), 1e-14);
        }
    }
}
