//! Sums and slopes of losses, a register at a time.

use pulp::{Simd, WithSimd};

use crate::kernels::{
    Element,
    math::Math,
    simd::{LANES, run},
    softmax::{Sums, first_lanes, load_rest},
    vector::Vector,
};

/// A loss that is a sum over the elements of output and target.
pub(crate) trait Pointwise<E: Math>: Copy {
    /// ℓ(y, t) and ∂ℓ/∂y in each lane.
    fn call<S: Simd>(self, simd: S, y: E::Vector<S>, t: E::Vector<S>) -> (E::Vector<S>, E::Vector<S>);
}

/// Σ ℓ(y, t); `d` gets `scale` · ∂ℓ/∂y.
#[inline]
pub(crate) fn pointwise<E: Element, F: Pointwise<E>>(f: F, y: &[E], t: &[E], scale: f64, d: Option<&mut [E]>) -> f64 {
    let length = y.len().min(t.len());
    let scale = E::from_f64(scale);
    match d {
        Some(d) => {
            let length = length.min(d.len());
            run(Both { f, y: &y[..length], t: &t[..length], scale, d: &mut d[..length] })
        }
        None => run(Value { f, y: &y[..length], t: &t[..length] }),
    }
}

/// Registers whose values are added up in the element's own precision before the sum goes on in `f64`.
const BLOCK: usize = 64;

struct Both<'a, E, F> {
    f: F,
    y: &'a [E],
    t: &'a [E],
    scale: E,
    d: &'a mut [E],
}

impl<E: Element, F: Pointwise<E>> WithSimd for Both<'_, E, F> {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f64 {
        let (y, y_rest) = E::as_vectors::<S>(self.y);
        let (t, t_rest) = E::as_vectors::<S>(self.t);
        let (d, d_rest) = E::as_vectors_mut::<S>(self.d);
        let scale = Vector::splat(simd, self.scale);
        let mut total = 0.0;
        for ((y, t), d) in y.chunks(BLOCK).zip(t.chunks(BLOCK)).zip(d.chunks_mut(BLOCK)) {
            let mut sum = Vector::<S, E>::splat(simd, E::zero());
            for ((&y, &t), d) in y.iter().zip(t).zip(d) {
                let (value, slope) = self.f.call(simd, y, t);
                sum = sum + Vector::of(simd, value);
                *d = (Vector::of(simd, slope) * scale).raw();
            }
            total += sum.sum().as_f64();
        }
        if !y_rest.is_empty() {
            let (y, t) = (E::load_partial(simd, y_rest), E::load_partial(simd, t_rest));
            let (value, slope) = self.f.call(simd, y, t);
            (Vector::of(simd, slope) * scale).store(d_rest);
            total += sum_first::<E, S>(simd, value, y_rest.len());
        }
        total
    }
}

struct Value<'a, E, F> {
    f: F,
    y: &'a [E],
    t: &'a [E],
}

impl<E: Element, F: Pointwise<E>> WithSimd for Value<'_, E, F> {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f64 {
        let (y, y_rest) = E::as_vectors::<S>(self.y);
        let (t, t_rest) = E::as_vectors::<S>(self.t);
        let mut total = 0.0;
        for (y, t) in y.chunks(BLOCK).zip(t.chunks(BLOCK)) {
            let mut sum = Vector::<S, E>::splat(simd, E::zero());
            for (&y, &t) in y.iter().zip(t) {
                sum = sum + Vector::of(simd, self.f.call(simd, y, t).0);
            }
            total += sum.sum().as_f64();
        }
        if !y_rest.is_empty() {
            let (y, t) = (E::load_partial(simd, y_rest), E::load_partial(simd, t_rest));
            total += sum_first::<E, S>(simd, self.f.call(simd, y, t).0, y_rest.len());
        }
        total
    }
}

/// The sum of the first `count` lanes; the others hold the value of padding, which is not always 0.
#[inline(always)]
fn sum_first<E: Element, S: Simd>(simd: S, v: E::Vector<S>, count: usize) -> f64 {
    let mut lanes = [E::zero(); LANES];
    E::store_partial(simd, &mut lanes[..count], v);
    lanes[..count].iter().map(|x| x.as_f64()).sum()
}

/// For each row z of `width` logits with m = max z: `each(row, m, rest, d)`, where 1 + rest = Σ e^(z − m), and `d` holds `scale` times the row's
/// softmax, e^z / Σ e^z.
///
/// ln Σ e^z = m + ln(1 + rest): no exponential overflows, and a class that is all but certain keeps its small loss, rest, and its small slope,
/// −rest / (1 + rest). A loss subtracts its logit from m first, which loses nothing where both are large.
#[inline]
pub(crate) fn softmax_rows<E: Element>(
    z: &[E],
    width: usize,
    scale: f64,
    d: Option<&mut [E]>,
    each: impl FnMut(usize, E, E, Option<&mut [E]>),
) {
    if width > 0 {
        run(SoftmaxRows { z, width, scale: E::from_f64(scale), d, each });
    }
}

struct SoftmaxRows<'a, E, F> {
    z: &'a [E],
    width: usize,
    scale: E,
    d: Option<&'a mut [E]>,
    each: F,
}

impl<E: Element, F: FnMut(usize, E, E, Option<&mut [E]>)> WithSimd for SoftmaxRows<'_, E, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let SoftmaxRows { z, width, scale, d, mut each } = self;
        let inside = first_lanes(simd, width % E::lanes::<S>());
        match d {
            Some(d) => {
                for (row, (z, d)) in z.chunks_exact(width).zip(d.chunks_exact_mut(width)).enumerate() {
                    let largest = largest::<E, S>(simd, z);
                    let mut sums = Sums::new(simd, largest);
                    let (zs, z_rest) = E::as_vectors::<S>(z);
                    let (ds, d_rest) = E::as_vectors_mut::<S>(d);
                    for (&z, d) in zs.iter().zip(ds.iter_mut()) {
                        *d = sums.add(simd, Vector::of(simd, z)).1.raw();
                    }
                    let mut last = Vector::splat(simd, E::zero());
                    if !z_rest.is_empty() {
                        (_, last) = sums.add(simd, load_rest(simd, z_rest, inside));
                    }
                    let rest = sums.finish();
                    let factor = Vector::splat(simd, scale / (E::one() + rest));
                    for d in ds {
                        *d = (Vector::of(simd, *d) * factor).raw();
                    }
                    if !d_rest.is_empty() {
                        (last * factor).store(d_rest);
                    }
                    each(row, largest, rest, Some(d));
                }
            }
            None => {
                for (row, z) in z.chunks_exact(width).enumerate() {
                    let largest = largest::<E, S>(simd, z);
                    let mut sums = Sums::new(simd, largest);
                    let (zs, z_rest) = E::as_vectors::<S>(z);
                    for &z in zs {
                        sums.add(simd, Vector::of(simd, z));
                    }
                    if !z_rest.is_empty() {
                        sums.add(simd, load_rest(simd, z_rest, inside));
                    }
                    each(row, largest, sums.finish(), None);
                }
            }
        }
    }
}

/// The largest number of a row; NaN is passed over, and comes out of the exponentials.
#[inline(always)]
fn largest<E: Element, S: Simd>(simd: S, row: &[E]) -> E {
    let (vectors, rest) = E::as_vectors::<S>(row);
    let mut m = E::neg_infinity();
    if let [first, others @ ..] = vectors {
        let most = others.iter().fold(Vector::of(simd, *first), |most, &v| Vector::of(simd, v).max(most));
        let mut lanes = [E::neg_infinity(); LANES];
        most.store(&mut lanes[..E::lanes::<S>()]);
        for x in lanes {
            m = if x > m { x } else { m };
        }
    }
    for &x in rest {
        m = if x > m { x } else { m };
    }
    m
}
