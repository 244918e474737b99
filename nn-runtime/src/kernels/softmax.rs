//! Softmax and its logarithm over rows.

use pulp::{Simd, WithSimd};

use crate::kernels::{
    Element,
    compiled::compiled,
    math::Math,
    simd::{LANES, run},
    vector::{Mask, Vector},
};

/// Each row of `width` numbers becomes its softmax.
pub(crate) fn forward<E: Element>(y: &mut [E], width: usize) {
    E::softmax(y, width);
}

/// Each row becomes the logarithm of its softmax.
pub(crate) fn log_forward<E: Element>(y: &mut [E], width: usize) {
    E::log_softmax(y, width);
}

/// d = y (d − Σ d y) in each row.
pub(crate) fn backward<E: Element>(y: &[E], d: &mut [E], width: usize) {
    E::softmax_gradient(y, d, width);
}

/// d = d − exp(y) Σ d in each row.
pub(crate) fn log_backward<E: Element>(y: &[E], d: &mut [E], width: usize) {
    E::log_softmax_gradient(y, d, width);
}

compiled! {
    /// Softmax for an element type. Sealed through [`crate::Element`].
    pub trait Softmaxes {
        fn softmax(y: &mut [Self], width: usize) { run(Forward::<Self, false> { y, width }) }
        fn log_softmax(y: &mut [Self], width: usize) { run(Forward::<Self, true> { y, width }) }
        fn softmax_gradient(y: &[Self], d: &mut [Self], width: usize) { run(Backward::<Self, false> { y, d, width }) }
        fn log_softmax_gradient(y: &[Self], d: &mut [Self], width: usize) { run(Backward::<Self, true> { y, d, width }) }
    }
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
        let lanes = E::lanes::<S>();
        let width = self.width.max(1);
        if width <= lanes {
            let inside = first_lanes(simd, width);
            for rows in self.y.chunks_mut(width * BLOCK) {
                short_rows::<S, E, LOG>(simd, rows, width, inside);
            }
            return;
        }
        let inside = first_lanes(simd, width % lanes);
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
fn short_rows<S: Simd, E: Element, const LOG: bool>(simd: S, rows: &mut [E], width: usize, inside: Mask<S, E>) {
    let mut registers = [Vector::constant(simd, 0.0); BLOCK];
    for (register, row) in registers.iter_mut().zip(rows.chunks_exact(width)) {
        *register = load_rest(simd, row, inside);
    }
    for register in &mut registers {
        let mut sums = Sums::new(simd, register.largest());
        let (x, e) = sums.add(simd, *register);
        let rest = sums.finish();
        *register = if LOG {
            x - Vector::splat(simd, rest.ln_1p())
        } else {
            e * Vector::splat(simd, (E::one() + rest).recip())
        };
    }
    for (register, row) in registers.iter().zip(rows.chunks_exact_mut(width)) {
        register.store(row);
    }
}

#[inline(always)]
fn scale_row<S: Simd, E: Element>(simd: S, row: &mut [E], scale: E) {
    let scale = Vector::splat(simd, scale);
    let (vectors, rest) = E::as_vectors_mut::<S>(row);
    for y in vectors {
        *y = (Vector::of(simd, *y) * scale).raw();
    }
    if !rest.is_empty() {
        (Vector::load(simd, rest) * scale).store(rest);
    }
}

/// True for the first `count` lanes.
#[inline(always)]
pub(super) fn first_lanes<S: Simd, E: Element>(simd: S, count: usize) -> Mask<S, E> {
    let mut indices = [E::zero(); LANES];
    for (i, index) in indices.iter_mut().enumerate() {
        *index = E::from_f64(i as f64);
    }
    Vector::load(simd, &indices[..E::lanes::<S>()]).less(Vector::constant(simd, count as f64))
}

/// The numbers of a row behind its last whole register, those `inside`, and −∞ behind them: neither a maximum nor a sum of
/// exponentials takes notice.
#[inline(always)]
pub(super) fn load_rest<S: Simd, E: Element>(simd: S, rest: &[E], inside: Mask<S, E>) -> Vector<S, E> {
    inside.select(Vector::load(simd, rest), Vector::splat(simd, E::neg_infinity()))
}

/// The largest number of a row, or one of them where there is NaN.
#[inline(always)]
fn maximum<S: Simd, E: Element>(simd: S, row: &[E], inside: Mask<S, E>) -> E {
    let (vectors, rest) = E::as_vectors::<S>(row);
    let mut all = Vector::splat(simd, E::neg_infinity());
    for &v in vectors {
        all = Vector::of(simd, v).max(all);
    }
    if !rest.is_empty() {
        all = load_rest(simd, rest, inside).max(all);
    }
    all.largest()
}

/// Σ exp(x − largest) − 1 over a row, whose numbers become the summands where `STORE`.
#[inline(always)]
fn sums<S: Simd, E: Element, const STORE: bool>(simd: S, row: &mut [E], largest: E, inside: Mask<S, E>) -> E {
    let mut sums = Sums::new(simd, largest);
    let (vectors, rest) = E::as_vectors_mut::<S>(row);
    for x in vectors {
        let (_, e) = sums.add(simd, Vector::of(simd, *x));
        if STORE {
            *x = e.raw();
        }
    }
    if !rest.is_empty() {
        let (_, e) = sums.add(simd, load_rest(simd, rest, inside));
        if STORE {
            e.store(rest);
        }
    }
    sums.finish()
}

/// m − z, 0 for the largest logit m, which may be infinite.
#[inline(always)]
pub(crate) fn below<E: Element>(m: E, z: E) -> E {
    if z == m { E::zero() } else { m - z }
}

/// Σ e^(z − m) over a row with the largest number m, the summands that are 1 counted by themselves: what is small beside them is kept.
pub(super) struct Sums<S: Simd, E: Element> {
    m: E,
    largest: Vector<S, E>,
    ones: Vector<S, E>,
    others: Vector<S, E>,
}

impl<S: Simd, E: Element> Sums<S, E> {
    #[inline(always)]
    pub(super) fn new(simd: S, m: E) -> Self {
        let zero = Vector::splat(simd, E::zero());
        Sums { m, largest: Vector::splat(simd, m), ones: zero, others: zero }
    }

    /// z − m, and e^(z − m), which is added: 0 and 1 for the largest numbers, infinite ones too.
    #[inline(always)]
    pub(super) fn add(&mut self, simd: S, z: Vector<S, E>) -> (Vector<S, E>, Vector<S, E>) {
        let (zero, one) = (Vector::splat(simd, E::zero()), Vector::splat(simd, E::one()));
        let is_largest = z.equal(self.largest);
        let x = is_largest.select(zero, z - self.largest);
        let e = x.exp();
        self.ones = self.ones + is_largest.select(one, zero);
        self.others = self.others + is_largest.select(zero, e);
        (x, e)
    }

    /// Σ e^(z − m) − 1; NaN where several numbers are ∞, or all are −∞: then there is no limit.
    #[inline(always)]
    pub(super) fn finish(self) -> E {
        let (ones, others) = (self.ones.sum(), self.others.sum());
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
            let (y_vectors, y_rest) = E::as_vectors::<S>(y);
            let (d_vectors, d_rest) = E::as_vectors_mut::<S>(d);
            let mut sums = Vector::<S, E>::constant(simd, 0.0);
            for (&y, &mut d) in y_vectors.iter().zip(&mut *d_vectors) {
                let d = Vector::of(simd, d);
                sums = if LOG { sums + d } else { d.mul_add(Vector::of(simd, y), sums) };
            }
            let mut sum = sums.sum();
            for (&y, &mut d) in y_rest.iter().zip(&mut *d_rest) {
                sum += if LOG { d } else { d * y };
            }
            let sum = Vector::splat(simd, sum);
            for (&y, d) in y_vectors.iter().zip(d_vectors) {
                *d = gradient::<S, E, LOG>(simd, Vector::of(simd, y), Vector::of(simd, *d), sum).raw();
            }
            if !d_rest.is_empty() {
                let (y, d) = (Vector::load(simd, y_rest), Vector::load(simd, d_rest));
                gradient::<S, E, LOG>(simd, y, d, sum).store(d_rest);
            }
        }
    }
}

/// d − exp(y) `sum` where `LOG`, else y (d − `sum`).
#[inline(always)]
fn gradient<S: Simd, E: Math, const LOG: bool>(
    simd: S,
    y: Vector<S, E>,
    d: Vector<S, E>,
    sum: Vector<S, E>,
) -> Vector<S, E> {
    if !LOG {
        return y * (d - sum);
    }
    // Near y = 0, a class that is all but certain, (d − sum) − (exp(y) − 1) sum keeps what is left of d = sum.
    let certain = Vector::constant(simd, -0.5).less(y);
    let near = (d - sum) - y.exp_minus_one() * sum;
    certain.select(near, d - y.exp() * sum)
}
