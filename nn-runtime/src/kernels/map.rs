//! A function of the user's applied to each number of a slice.

use pulp::{Simd, WithSimd};

use crate::kernels::{Element, simd::run};

/// y = f(x)
#[inline(always)]
pub(crate) fn map<E: Element>(f: impl Fn(E) -> E, x: &[E], y: &mut [E]) {
    run(Map { f, x, y });
}

/// y = y · f(x)
#[inline(always)]
pub(crate) fn scale_by<E: Element>(f: impl Fn(E) -> E, x: &[E], y: &mut [E]) {
    run(ScaleBy { f, x, y });
}

struct Map<'a, E, F> {
    f: F,
    x: &'a [E],
    y: &'a mut [E],
}

struct ScaleBy<'a, E, F> {
    f: F,
    x: &'a [E],
    y: &'a mut [E],
}

// Plain loops, which the compiler turns into vector code for the instruction set that `run` chose.

impl<E: Element, F: Fn(E) -> E> WithSimd for Map<'_, E, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for (y, &x) in self.y.iter_mut().zip(self.x) {
            *y = (self.f)(x);
        }
    }
}

impl<E: Element, F: Fn(E) -> E> WithSimd for ScaleBy<'_, E, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for (y, &x) in self.y.iter_mut().zip(self.x) {
            *y *= (self.f)(x);
        }
    }
}
