//! Sums over slices, in an order fixed by their length.

use pulp::{Simd, WithSimd};

use crate::kernels::{
    Element,
    compiled::compiled,
    simd::{Lanes, run},
    vector::Vector,
};

/// Σ x². Blocks of registers are added up in the element's own precision, the blocks in `f64`.
#[inline]
pub(crate) fn squares<E: Element>(x: &[E]) -> f64 {
    E::sum_of_squares(x)
}

/// Σ x.
#[inline]
pub(crate) fn total<E: Element>(x: &[E]) -> E {
    E::sum_of_all(x)
}

/// Σ |x|.
#[inline]
pub(crate) fn absolute<E: Element>(x: &[E]) -> E {
    E::sum_of_magnitudes(x)
}

compiled! {
    /// Sums for an element type. Sealed through [`crate::Element`].
    pub trait Reductions {
        fn sum_of_squares(x: &[Self]) -> f64 { run(Squares(x)) }
        fn sum_of_all(x: &[Self]) -> Self { run(Total::<Self, false>(x)) }
        fn sum_of_magnitudes(x: &[Self]) -> Self { run(Total::<Self, true>(x)) }
        fn are_finite(x: &[Self]) -> bool { run(Differences(x)) == 0.0 }
    }
}

/// The sum of the numbers, or of their absolute values.
struct Total<'a, E, const ABSOLUTE: bool>(&'a [E]);

impl<E: Element, const ABSOLUTE: bool> WithSimd for Total<'_, E, ABSOLUTE> {
    type Output = E;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> E {
        let (vectors, rest) = E::as_vectors::<S>(self.0);
        let zero = Vector::splat(simd, E::zero());
        let term = |x| if ABSOLUTE { Vector::of(simd, x).abs() } else { Vector::of(simd, x) };
        // Two sums at a time: an addition takes longer than a load.
        let (pairs, last) = vectors.as_chunks::<2>();
        let (mut even, mut odd) = (zero, zero);
        for &[a, b] in pairs {
            even = even + term(a);
            odd = odd + term(b);
        }
        for &v in last {
            even = even + term(v);
        }
        rest.iter().fold((even + odd).sum(), |sum, &x| sum + if ABSOLUTE { x.abs() } else { x })
    }
}

/// Σ x², for a kernel that calls it.
pub(super) struct Squares<'a, E>(pub(super) &'a [E]);

impl<E: Element> WithSimd for Squares<'_, E> {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f64 {
        /// Sums at a time, since an operation takes longer than a load.
        const SUMS: usize = 8;
        let (vectors, rest) = E::as_vectors::<S>(self.0);
        let mut total = 0.0;
        for block in vectors.chunks(64 * SUMS) {
            let mut sums = [E::splat(simd, E::zero()); SUMS];
            let (groups, last) = block.as_chunks::<SUMS>();
            for group in groups {
                for k in 0..SUMS {
                    sums[k] = <E as Lanes>::mul_add(simd, group[k], group[k], sums[k]);
                }
            }
            for (sum, &v) in sums.iter_mut().zip(last) {
                *sum = <E as Lanes>::mul_add(simd, v, v, *sum);
            }
            let [first, rest @ ..] = sums;
            let sum = rest.into_iter().fold(first, |sum, next| <E as Lanes>::add(simd, sum, next));
            total += E::sum_lanes(simd, sum).as_f64();
        }
        let rest: f64 = rest.iter().map(|x| x.as_f64() * x.as_f64()).sum();
        total + rest
    }
}

/// Whether every number is finite: x − x is 0 for a finite x and NaN for any other, and no sum of zeros and NaNs hides a NaN.
#[inline]
pub(crate) fn all_finite<E: Element>(x: &[E]) -> bool {
    E::are_finite(x)
}

struct Differences<'a, E>(&'a [E]);

impl<E: Element> WithSimd for Differences<'_, E> {
    type Output = E;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> E {
        let (vectors, rest) = E::as_vectors::<S>(self.0);
        let sum = vectors.iter().fold(Vector::splat(simd, E::zero()), |sum, &v| {
            let v = Vector::of(simd, v);
            sum + v.zero_if_finite()
        });
        rest.iter().fold(sum.sum(), |sum, &x| if x.is_finite() { sum } else { E::nan() })
    }
}
