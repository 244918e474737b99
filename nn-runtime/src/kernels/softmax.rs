//! Softmax and its logarithm over rows.

use pulp::{Simd, WithSimd};

use crate::{
    Element,
    kernels::{
        math::Math,
        simd::{Lanes, run},
    },
    network::LANES,
};

/// Each row of `width` numbers becomes its softmax.
pub(crate) fn forward<E: Element>(y: &mut [E], width: usize) {
    run(Forward::<E, false> { y, width });
}

/// Each row becomes the logarithm of its softmax.
pub(crate) fn log_forward<E: Element>(y: &mut [E], width: usize) {
    run(Forward::<E, true> { y, width });
}

/// d = y (d − Σ d y) in each row.
pub(crate) fn backward<E: Element>(y: &[E], d: &mut [E], width: usize) {
    run(Backward::<E, false> { y, d, width });
}

/// d = d − exp(y) Σ d in each row.
pub(crate) fn log_backward<E: Element>(y: &[E], d: &mut [E], width: usize) {
    run(Backward::<E, true> { y, d, width });
}

struct Forward<'a, E, const LOG: bool> {
    y: &'a mut [E],
    width: usize,
}

impl<E: Element, const LOG: bool> WithSimd for Forward<'_, E, LOG> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        for row in self.y.chunks_exact_mut(self.width.max(1)) {
            let shift = maximum(simd, row);
            if LOG {
                let sum = exponentials::<S, E, false>(simd, row, shift);
                for y in row {
                    *y = (*y - shift) - sum.ln();
                }
            } else {
                let scale = E::one() / exponentials::<S, E, true>(simd, row, shift);
                for y in row {
                    *y *= scale;
                }
            }
        }
    }
}

/// The largest number of a row, or one of them where there is NaN.
#[inline(always)]
fn maximum<S: Simd, E: Element>(simd: S, row: &[E]) -> E {
    let mut largest = E::neg_infinity();
    let (vectors, rest) = <E as Lanes>::as_vectors::<S>(row);
    if let Some((&first, vectors)) = vectors.split_first() {
        let mut all = first;
        for &v in vectors {
            all = <E as Lanes>::max(simd, v, all);
        }
        let mut lanes = [E::zero(); LANES];
        let lanes = &mut lanes[..<E as Lanes>::lanes::<S>()];
        <E as Lanes>::store_partial(simd, lanes, all);
        largest = lanes.iter().fold(largest, |a, &b| if b > a { b } else { a });
    }
    rest.iter().fold(largest, |a, &b| if b > a { b } else { a })
}

/// Σ exp(x − shift) over a row, whose numbers become the summands where `STORE`.
#[inline(always)]
fn exponentials<S: Simd, E: Element, const STORE: bool>(simd: S, row: &mut [E], shift: E) -> E {
    let shift = <E as Lanes>::splat(simd, shift);
    let mut sums = <E as Math>::constant(simd, 0.0);
    let (vectors, rest) = <E as Lanes>::as_vectors_mut::<S>(row);
    for x in vectors {
        let e = <E as Math>::exp(simd, <E as Lanes>::sub(simd, *x, shift));
        sums = <E as Lanes>::add(simd, sums, e);
        if STORE {
            *x = e;
        }
    }
    let mut sum = <E as Lanes>::sum_lanes(simd, sums);
    if !rest.is_empty() {
        let e = <E as Math>::exp(simd, <E as Lanes>::sub(simd, <E as Lanes>::load_partial(simd, rest), shift));
        let mut lanes = [E::zero(); LANES];
        let lanes = &mut lanes[..rest.len()];
        <E as Lanes>::store_partial(simd, lanes, e);
        sum = lanes.iter().fold(sum, |a, &b| a + b);
        if STORE {
            rest.copy_from_slice(lanes);
        }
    }
    sum
}

struct Backward<'a, E, const LOG: bool> {
    y: &'a [E],
    d: &'a mut [E],
    width: usize,
}

impl<E: Element, const LOG: bool> WithSimd for Backward<'_, E, LOG> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let width = self.width.max(1);
        for (y, d) in self.y.chunks_exact(width).zip(self.d.chunks_exact_mut(width)) {
            let (y_vectors, y_rest) = <E as Lanes>::as_vectors::<S>(y);
            let (d_vectors, d_rest) = <E as Lanes>::as_vectors_mut::<S>(d);
            let mut sums = <E as Math>::constant(simd, 0.0);
            for (&y, &mut d) in y_vectors.iter().zip(&mut *d_vectors) {
                sums = if LOG { <E as Lanes>::add(simd, sums, d) } else { <E as Lanes>::mul_add(simd, d, y, sums) };
            }
            let mut sum = <E as Lanes>::sum_lanes(simd, sums);
            for (&y, &mut d) in y_rest.iter().zip(&mut *d_rest) {
                sum += if LOG { d } else { d * y };
            }
            let sum = <E as Lanes>::splat(simd, sum);
            for (&y, d) in y_vectors.iter().zip(d_vectors) {
                *d = gradient::<S, E, LOG>(simd, y, *d, sum);
            }
            if !d_rest.is_empty() {
                let (y, d) = (<E as Lanes>::load_partial(simd, y_rest), <E as Lanes>::load_partial(simd, d_rest));
                <E as Lanes>::store_partial(simd, d_rest, gradient::<S, E, LOG>(simd, y, d, sum));
            }
        }
    }
}

/// d − exp(y) `sum` where `LOG`, else y (d − `sum`).
#[inline(always)]
fn gradient<S: Simd, E: Math, const LOG: bool>(
    simd: S,
    y: E::Vector<S>,
    d: E::Vector<S>,
    sum: E::Vector<S>,
) -> E::Vector<S> {
    if LOG { E::sub(simd, d, E::mul(simd, E::exp(simd, y), sum)) } else { E::mul(simd, y, E::sub(simd, d, sum)) }
}
