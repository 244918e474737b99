//! Functions applied to each number of a slice, a register at a time.

use pulp::{Simd, WithSimd};

use crate::kernels::{Element, compiled::compiled, math::Math, simd::run};

/// A function of one number.
pub(crate) trait Unary<E: Math>: Copy {
    /// f(x) in each lane.
    fn call<S: Simd>(self, simd: S, x: E::Vector<S>) -> E::Vector<S>;
}

/// A function of two numbers.
pub(crate) trait Binary<E: Math>: Copy {
    /// f(a, b) in each lane.
    fn call<S: Simd>(self, simd: S, a: E::Vector<S>, b: E::Vector<S>) -> E::Vector<S>;
}

/// y = f(y)
#[inline(always)]
pub(crate) fn update<E: Math, F: Unary<E>>(f: F, y: &mut [E]) {
    run(Update { f, y });
}

struct Update<'a, E, F> {
    f: F,
    y: &'a mut [E],
}

impl<E: Math, F: Unary<E>> WithSimd for Update<'_, E, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (y, rest) = E::as_vectors_mut::<S>(self.y);
        for y in y {
            *y = self.f.call(simd, *y);
        }
        if !rest.is_empty() {
            let y = self.f.call(simd, E::load_partial(simd, rest));
            E::store_partial(simd, rest, y);
        }
    }
}

/// y = f(x)
#[inline(always)]
pub(crate) fn map<E: Math, F: Unary<E>>(f: F, x: &[E], y: &mut [E]) {
    run(Map { f, x, y });
}

struct Map<'a, E, F> {
    f: F,
    x: &'a [E],
    y: &'a mut [E],
}

impl<E: Math, F: Unary<E>> WithSimd for Map<'_, E, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let length = self.x.len().min(self.y.len());
        let (x, x_rest) = E::as_vectors::<S>(&self.x[..length]);
        let (y, y_rest) = E::as_vectors_mut::<S>(&mut self.y[..length]);
        for (y, x) in y.iter_mut().zip(x) {
            *y = self.f.call(simd, *x);
        }
        if !y_rest.is_empty() {
            let y = self.f.call(simd, E::load_partial(simd, x_rest));
            E::store_partial(simd, y_rest, y);
        }
    }
}

/// y = f(y, x)
#[inline(always)]
pub(crate) fn update_with<E: Math, F: Binary<E>>(f: F, y: &mut [E], x: &[E]) {
    run(UpdateWith { f, y, x });
}

struct UpdateWith<'a, E, F> {
    f: F,
    y: &'a mut [E],
    x: &'a [E],
}

impl<E: Math, F: Binary<E>> WithSimd for UpdateWith<'_, E, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let length = self.x.len().min(self.y.len());
        let (x, x_rest) = E::as_vectors::<S>(&self.x[..length]);
        let (y, y_rest) = E::as_vectors_mut::<S>(&mut self.y[..length]);
        for (y, x) in y.iter_mut().zip(x) {
            *y = self.f.call(simd, *y, *x);
        }
        if !y_rest.is_empty() {
            let y = self.f.call(simd, E::load_partial(simd, y_rest), E::load_partial(simd, x_rest));
            E::store_partial(simd, y_rest, y);
        }
    }
}

/// y = f(a, b)
#[inline(always)]
pub(crate) fn map_two<E: Math, F: Binary<E>>(f: F, a: &[E], b: &[E], y: &mut [E]) {
    run(MapTwo { f, a, b, y });
}

struct MapTwo<'a, E, F> {
    f: F,
    a: &'a [E],
    b: &'a [E],
    y: &'a mut [E],
}

impl<E: Math, F: Binary<E>> WithSimd for MapTwo<'_, E, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let length = self.a.len().min(self.b.len()).min(self.y.len());
        let (a, a_rest) = E::as_vectors::<S>(&self.a[..length]);
        let (b, b_rest) = E::as_vectors::<S>(&self.b[..length]);
        let (y, y_rest) = E::as_vectors_mut::<S>(&mut self.y[..length]);
        for ((y, a), b) in y.iter_mut().zip(a).zip(b) {
            *y = self.f.call(simd, *a, *b);
        }
        if !y_rest.is_empty() {
            let y = self.f.call(simd, E::load_partial(simd, a_rest), E::load_partial(simd, b_rest));
            E::store_partial(simd, y_rest, y);
        }
    }
}

/// y = y + x
pub(crate) fn add<E: Element>(y: &mut [E], x: &[E]) {
    E::add_to(y, x);
}

compiled! {
    /// Sums of rows for an element type. Sealed through [`crate::Element`].
    pub trait Additions {
        fn add_to(y: &mut [Self], x: &[Self]) { update_with(Sum, y, x) }
    }
}

/// a + b
#[derive(Clone, Copy)]
pub(crate) struct Sum;

impl<E: Math> Binary<E> for Sum {
    #[inline(always)]
    fn call<S: Simd>(self, simd: S, a: E::Vector<S>, b: E::Vector<S>) -> E::Vector<S> {
        E::add(simd, a, b)
    }
}

/// a · b
#[derive(Clone, Copy)]
pub(crate) struct Product;

impl<E: Math> Binary<E> for Product {
    #[inline(always)]
    fn call<S: Simd>(self, simd: S, a: E::Vector<S>, b: E::Vector<S>) -> E::Vector<S> {
        E::mul(simd, a, b)
    }
}
