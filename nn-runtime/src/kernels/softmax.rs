//! Softmax and its logarithm over rows.

use pulp::{Simd, WithSimd};

use crate::{
    Element,
    kernels::{
        math::Math,
        simd::{LANES, Lanes, run},
    },
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

/// Short rows that are taken together.
const BLOCK: usize = 4;

struct Forward<'a, E, const LOG: bool> {
    y: &'a mut [E],
    width: usize,
}

impl<E: Element, const LOG: bool> WithSimd for Forward<'_, E, LOG> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let lanes = <E as Lanes>::lanes::<S>();
        let width = self.width.max(1);
        if width <= lanes {
            let inside = first_lanes::<S, E>(simd, width);
            for rows in self.y.chunks_mut(width * BLOCK) {
                short_rows::<S, E, LOG>(simd, rows, width, inside);
            }
            return;
        }
        let inside = first_lanes::<S, E>(simd, width % lanes);
        for row in self.y.chunks_exact_mut(width) {
            let largest = maximum(simd, row, inside);
            if LOG {
                let log = sums::<S, E, false>(simd, row, largest, inside).ln_1p();
                for y in row {
                    *y = -below(largest, *y) - log;
                }
            } else {
                let scale = (E::one() + sums::<S, E, true>(simd, row, largest, inside)).recip();
                scale_row(simd, row, scale);
            }
        }
    }
}

/// Up to `BLOCK` rows of one register, which they do not leave. All are loaded before the first is stored: a store under a
/// mask delays loads close behind it.
#[inline(always)]
fn short_rows<S: Simd, E: Element, const LOG: bool>(simd: S, rows: &mut [E], width: usize, inside: E::Mask<S>) {
    let mut registers = [<E as Math>::constant(simd, 0.0); BLOCK];
    for (register, row) in registers.iter_mut().zip(rows.chunks_exact(width)) {
        *register = load_rest(simd, row, inside);
    }
    for register in &mut registers {
        let mut sums = Sums::new(simd, <E as Lanes>::max_lanes(simd, *register));
        let (x, e) = sums.add(simd, *register);
        let rest = sums.finish(simd);
        *register = if LOG {
            <E as Lanes>::sub(simd, x, <E as Lanes>::splat(simd, rest.ln_1p()))
        } else {
            <E as Lanes>::mul(simd, e, <E as Lanes>::splat(simd, (E::one() + rest).recip()))
        };
    }
    for (register, row) in registers.iter().zip(rows.chunks_exact_mut(width)) {
        <E as Lanes>::store_partial(simd, row, *register);
    }
}

#[inline(always)]
fn scale_row<S: Simd, E: Element>(simd: S, row: &mut [E], scale: E) {
    let scale = <E as Lanes>::splat(simd, scale);
    let (vectors, rest) = <E as Lanes>::as_vectors_mut::<S>(row);
    for y in vectors {
        *y = <E as Lanes>::mul(simd, *y, scale);
    }
    if !rest.is_empty() {
        let y = <E as Lanes>::mul(simd, <E as Lanes>::load_partial(simd, rest), scale);
        <E as Lanes>::store_partial(simd, rest, y);
    }
}

/// True for the first `count` lanes.
#[inline(always)]
pub(super) fn first_lanes<S: Simd, E: Element>(simd: S, count: usize) -> E::Mask<S> {
    let mut indices = [E::zero(); LANES];
    for (i, index) in indices.iter_mut().enumerate() {
        *index = E::from_f64(i as f64);
    }
    let indices = <E as Lanes>::load_partial(simd, &indices[..<E as Lanes>::lanes::<S>()]);
    <E as Lanes>::less(simd, indices, <E as Math>::constant(simd, count as f64))
}

/// The numbers of a row behind its last whole register, those `inside`, and −∞ behind them: neither a maximum nor a sum of
/// exponentials takes notice.
#[inline(always)]
pub(super) fn load_rest<S: Simd, E: Element>(simd: S, rest: &[E], inside: E::Mask<S>) -> E::Vector<S> {
    let lowest = <E as Lanes>::splat(simd, E::neg_infinity());
    <E as Lanes>::select(simd, inside, <E as Lanes>::load_partial(simd, rest), lowest)
}

/// The largest number of a row, or one of them where there is NaN.
#[inline(always)]
fn maximum<S: Simd, E: Element>(simd: S, row: &[E], inside: E::Mask<S>) -> E {
    let (vectors, rest) = <E as Lanes>::as_vectors::<S>(row);
    let mut all = <E as Lanes>::splat(simd, E::neg_infinity());
    for &v in vectors {
        all = <E as Lanes>::max(simd, v, all);
    }
    if !rest.is_empty() {
        all = <E as Lanes>::max(simd, load_rest(simd, rest, inside), all);
    }
    <E as Lanes>::max_lanes(simd, all)
}

/// Σ exp(x − largest) − 1 over a row, whose numbers become the summands where `STORE`.
#[inline(always)]
fn sums<S: Simd, E: Element, const STORE: bool>(simd: S, row: &mut [E], largest: E, inside: E::Mask<S>) -> E {
    let mut sums = Sums::new(simd, largest);
    let (vectors, rest) = <E as Lanes>::as_vectors_mut::<S>(row);
    for x in vectors {
        let (_, e) = sums.add(simd, *x);
        if STORE {
            *x = e;
        }
    }
    if !rest.is_empty() {
        let (_, e) = sums.add(simd, load_rest(simd, rest, inside));
        if STORE {
            <E as Lanes>::store_partial(simd, rest, e);
        }
    }
    sums.finish(simd)
}

/// m − z, 0 for the largest logit m, which may be infinite.
#[inline(always)]
pub(crate) fn below<E: Element>(m: E, z: E) -> E {
    if z == m { E::zero() } else { m - z }
}

/// Σ e^(z − m) over a row with the largest number m, the summands that are 1 counted by themselves: what is small beside them is kept.
pub(super) struct Sums<S: Simd, E: Element> {
    m: E,
    largest: E::Vector<S>,
    ones: E::Vector<S>,
    others: E::Vector<S>,
}

impl<S: Simd, E: Element> Sums<S, E> {
    #[inline(always)]
    pub(super) fn new(simd: S, m: E) -> Self {
        let zero = E::splat(simd, E::zero());
        Sums { m, largest: E::splat(simd, m), ones: zero, others: zero }
    }

    /// z − m, and e^(z − m), which is added: 0 and 1 for the largest numbers, infinite ones too.
    #[inline(always)]
    pub(super) fn add(&mut self, simd: S, z: E::Vector<S>) -> (E::Vector<S>, E::Vector<S>) {
        let (zero, one) = (E::splat(simd, E::zero()), E::splat(simd, E::one()));
        let is_largest = E::equal(simd, z, self.largest);
        let x = E::select(simd, is_largest, zero, <E as Lanes>::sub(simd, z, self.largest));
        let e = <E as Math>::exp(simd, x);
        self.ones = <E as Lanes>::add(simd, self.ones, E::select(simd, is_largest, one, zero));
        self.others = <E as Lanes>::add(simd, self.others, E::select(simd, is_largest, zero, e));
        (x, e)
    }

    /// Σ e^(z − m) − 1; NaN where several numbers are ∞, or all are −∞: then there is no limit.
    #[inline(always)]
    pub(super) fn finish(self, simd: S) -> E {
        let (ones, others) = (E::sum_lanes(simd, self.ones), E::sum_lanes(simd, self.others));
        let has_limit = self.m.is_finite() || ones == E::one() && self.m > E::zero();
        if has_limit { (ones - E::one()) + others } else { E::nan() }
    }
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
    if !LOG {
        return E::mul(simd, y, E::sub(simd, d, sum));
    }
    // Near y = 0, a class that is all but certain, (d − sum) − (exp(y) − 1) sum keeps what is left of d = sum.
    let certain = E::less(simd, E::constant(simd, -0.5), y);
    let near = E::sub(simd, E::sub(simd, d, sum), E::mul(simd, E::exp_minus_one(simd, y), sum));
    E::select(simd, certain, near, E::sub(simd, d, E::mul(simd, E::exp(simd, y), sum)))
}
