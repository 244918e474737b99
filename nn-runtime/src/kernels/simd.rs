//! One vector vocabulary for `f32` and `f64`, over the instruction set chosen when the program runs.
//!
//! A kernel is a struct of its operands with [`pulp::WithSimd`]; `run` calls it with the widest vectors that the
//! processor has, or those that `PLUMBLINE_ISA` names, so a binary built without `target-cpu=native` is as fast as one built with it.

use pulp::{MemMask, Simd};

#[cfg(test)]
pub(crate) use crate::kernels::isa::at_each_level;
use crate::kernels::{isa::arch, shuffle};

/// Runs `kernel` on the instruction set of this process.
#[inline(always)]
pub(crate) fn run<K: pulp::WithSimd>(kernel: K) -> K::Output {
    arch().dispatch(kernel)
}

/// Runs a kernel on each instruction set of this processor that the library may choose.
#[cfg(test)]
pub(crate) fn on_each<K: pulp::WithSimd>(kernel: impl Fn() -> K) {
    let result: Result<(), ()> = at_each_level(|| {
        run(kernel());
        Ok(())
    });
    result.expect("a kernel that fails panics");
}

/// The lanes of the widest register there is, of the narrowest element. Samples that lie side by side fill a multiple of them.
pub const LANES: usize = 16;

/// Vector arithmetic on an element type. Sealed through [`crate::Element`].
///
/// ```
/// use plumbline::kernels::simd::Lanes;
/// struct Twice<'a>(&'a mut [f32]);
/// impl pulp::WithSimd for Twice<'_> {
///     type Output = ();
///     #[inline(always)]
///     fn with_simd<S: pulp::Simd>(self, simd: S) {
///         let (vectors, rest) = f32::as_vectors_mut::<S>(self.0);
///         for v in vectors { *v = f32::add(simd, *v, *v); }
///         for x in rest { *x += *x; }
///     }
/// }
/// let mut data = [1.0; 21];
/// pulp::Arch::new().dispatch(Twice(&mut data));
/// assert_eq!(data, [2.0; 21]);
/// ```
pub trait Lanes: Copy + Sized {
    /// A register of this element.
    type Vector<S: Simd>: Copy + Send + Sync + std::fmt::Debug;
    /// The result of a comparison, a truth value for each lane.
    type Mask<S: Simd>: Copy + Send + Sync + std::fmt::Debug;

    /// The elements of a register.
    fn lanes<S: Simd>() -> usize;
    /// A slice as whole registers and what is left.
    fn as_vectors<S: Simd>(slice: &[Self]) -> (&[Self::Vector<S>], &[Self]);
    /// A slice to change as whole registers and what is left.
    fn as_vectors_mut<S: Simd>(slice: &mut [Self]) -> (&mut [Self::Vector<S>], &mut [Self]);
    /// The first elements of a slice shorter than a register, zeros behind them.
    fn load_partial<S: Simd>(simd: S, slice: &[Self]) -> Self::Vector<S>;
    /// As many elements of a register as the slice takes, which is at most all.
    fn store_partial<S: Simd>(simd: S, slice: &mut [Self], v: Self::Vector<S>);
    /// `x` in each lane.
    fn splat<S: Simd>(simd: S, x: Self) -> Self::Vector<S>;
    /// a + b
    fn add<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S>;
    /// a − b
    fn sub<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S>;
    /// a · b
    fn mul<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S>;
    /// a / b
    fn div<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S>;
    /// a · b + c, rounded once where the processor can.
    fn mul_add<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>, c: Self::Vector<S>) -> Self::Vector<S>;
    /// The larger of a and b; b where one of them is NaN, so that NaN as b is handed on.
    fn max<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S>;
    /// The smaller of a and b; b where one of them is NaN.
    fn min<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S>;
    /// |a|
    fn abs_<S: Simd>(simd: S, a: Self::Vector<S>) -> Self::Vector<S>;
    /// √a
    fn sqrt_<S: Simd>(simd: S, a: Self::Vector<S>) -> Self::Vector<S>;
    /// a < b
    fn less<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Mask<S>;
    /// a = b
    fn equal<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Mask<S>;
    /// `yes` where the mask holds, else `no`.
    fn select<S: Simd>(simd: S, mask: Self::Mask<S>, yes: Self::Vector<S>, no: Self::Vector<S>) -> Self::Vector<S>;
    /// The sum over the lanes, in a fixed order.
    fn sum_lanes<S: Simd>(simd: S, a: Self::Vector<S>) -> Self;
    /// The largest of the lanes; where one is NaN, any of them.
    fn max_lanes<S: Simd>(simd: S, a: Self::Vector<S>) -> Self;
    /// The sums over the lanes of `R` registers, one a lane; `R` is at most the number of lanes.
    fn sum_each<S: Simd, const R: usize>(simd: S, a: [Self::Vector<S>; R]) -> Self::Vector<S>;
    /// Lane r of register c of the result is lane c of `a[r]`; `R` is the number of lanes.
    fn transpose_square<S: Simd, const R: usize>(simd: S, a: [Self::Vector<S>; R]) -> [Self::Vector<S>; R];
}

/// [`Lanes::lanes`] as a constant.
pub(crate) const fn lanes<S: Simd, E: Lanes>() -> usize {
    size_of::<E::Vector<S>>() / size_of::<E>()
}

/// An expression with the constant `$r` as the number of lanes. The conditions are constants, so that only the branch that is taken gets compiled.
macro_rules! by_lanes {
    ($s:ident, $e:ident, $r:ident => $call:expr) => {
        $crate::kernels::simd::by_lanes!(@ $s, $e, $r => $call, 16 8 4 2)
    };
    (@ $s:ident, $e:ident, $r:ident => $call:expr, $count:literal $($rest:literal)*) => {
        if const { $crate::kernels::simd::lanes::<$s, $e>() == $count } {
            const $r: usize = $count;
            $call
        } else {
            $crate::kernels::simd::by_lanes!(@ $s, $e, $r => $call, $($rest)*)
        }
    };
    (@ $s:ident, $e:ident, $r:ident => $call:expr,) => {{
        const $r: usize = 1;
        $call
    }};
}
pub(super) use by_lanes;

/// Both implementations call the same functions of pulp, under the names that it gives them for the element.
macro_rules! implement {
    (
        $t:ident, $vector:ident, $mask:ident, $lanes:ident, $as:ident, $as_mut:ident, $between:ident, $index:ident, $load:ident, $store:ident,
        $splat:ident, $add:ident, $sub:ident, $mul:ident, $div:ident, $mul_add:ident, $max:ident, $min:ident,
        $abs:ident, $sqrt:ident, $less:ident, $equal:ident, $select:ident, $sum:ident, $max_lanes:ident
        $(, $each:path, $transpose:path)?
    ) => {
        impl Lanes for $t {
            type Vector<S: Simd> = S::$vector;
            type Mask<S: Simd> = S::$mask;

            #[inline(always)]
            fn lanes<S: Simd>() -> usize {
                S::$lanes
            }
            #[inline(always)]
            fn as_vectors<S: Simd>(slice: &[Self]) -> (&[S::$vector], &[Self]) {
                S::$as(slice)
            }
            #[inline(always)]
            fn as_vectors_mut<S: Simd>(slice: &mut [Self]) -> (&mut [S::$vector], &mut [Self]) {
                S::$as_mut(slice)
            }
            #[inline(always)]
            fn load_partial<S: Simd>(simd: S, slice: &[Self]) -> S::$vector {
                // A mask without pulp's table of code addresses, whose calls would spill every register around them.
                let mask = MemMask::new(simd.$between(0, slice.len() as $index).mask());
                // SAFETY: the mask's lanes are below the slice's length, or below what the cast left of it, which is no more. Lanes outside
                // of the mask are not touched.
                unsafe { simd.$load(mask, slice.as_ptr()) }
            }
            #[inline(always)]
            fn store_partial<S: Simd>(simd: S, slice: &mut [Self], v: S::$vector) {
                let mask = MemMask::new(simd.$between(0, slice.len() as $index).mask());
                // SAFETY: as for the load; the slice is borrowed mutably.
                unsafe { simd.$store(mask, slice.as_mut_ptr(), v) }
            }
            #[inline(always)]
            fn splat<S: Simd>(simd: S, x: Self) -> S::$vector {
                simd.$splat(x)
            }
            #[inline(always)]
            fn add<S: Simd>(simd: S, a: S::$vector, b: S::$vector) -> S::$vector {
                simd.$add(a, b)
            }
            #[inline(always)]
            fn sub<S: Simd>(simd: S, a: S::$vector, b: S::$vector) -> S::$vector {
                simd.$sub(a, b)
            }
            #[inline(always)]
            fn mul<S: Simd>(simd: S, a: S::$vector, b: S::$vector) -> S::$vector {
                simd.$mul(a, b)
            }
            #[inline(always)]
            fn div<S: Simd>(simd: S, a: S::$vector, b: S::$vector) -> S::$vector {
                simd.$div(a, b)
            }
            #[inline(always)]
            fn mul_add<S: Simd>(simd: S, a: S::$vector, b: S::$vector, c: S::$vector) -> S::$vector {
                simd.$mul_add(a, b, c)
            }
            #[inline(always)]
            fn max<S: Simd>(simd: S, a: S::$vector, b: S::$vector) -> S::$vector {
                // x86's instruction gives b where one is NaN, `f32::max` the number, NEON's NaN.
                if cfg!(target_arch = "x86_64") && !S::IS_SCALAR {
                    simd.$max(a, b)
                } else {
                    simd.$select(simd.$less(b, a), a, b)
                }
            }
            #[inline(always)]
            fn min<S: Simd>(simd: S, a: S::$vector, b: S::$vector) -> S::$vector {
                if cfg!(target_arch = "x86_64") && !S::IS_SCALAR {
                    simd.$min(a, b)
                } else {
                    simd.$select(simd.$less(a, b), a, b)
                }
            }
            #[inline(always)]
            fn abs_<S: Simd>(simd: S, a: S::$vector) -> S::$vector {
                simd.$abs(a)
            }
            #[inline(always)]
            fn sqrt_<S: Simd>(simd: S, a: S::$vector) -> S::$vector {
                simd.$sqrt(a)
            }
            #[inline(always)]
            fn less<S: Simd>(simd: S, a: S::$vector, b: S::$vector) -> S::$mask {
                simd.$less(a, b)
            }
            #[inline(always)]
            fn equal<S: Simd>(simd: S, a: S::$vector, b: S::$vector) -> S::$mask {
                simd.$equal(a, b)
            }
            #[inline(always)]
            fn select<S: Simd>(simd: S, mask: S::$mask, yes: S::$vector, no: S::$vector) -> S::$vector {
                simd.$select(mask, yes, no)
            }
            #[inline(always)]
            fn sum_lanes<S: Simd>(simd: S, a: S::$vector) -> Self {
                simd.$sum(a)
            }
            #[inline(always)]
            fn max_lanes<S: Simd>(simd: S, a: S::$vector) -> Self {
                simd.$max_lanes(a)
            }
            #[inline(always)]
            fn sum_each<S: Simd, const R: usize>(simd: S, a: [S::$vector; R]) -> S::$vector {
                $(if let Some(sums) = $each(simd, a) {
                    return sums;
                })?
                let mut sums = [0.0; R];
                for r in 0..R {
                    sums[r] = simd.$sum(a[r]);
                }
                Self::load_partial(simd, &sums)
            }
            #[inline(always)]
            fn transpose_square<S: Simd, const R: usize>(simd: S, a: [S::$vector; R]) -> [S::$vector; R] {
                $(if let Some(transposed) = $transpose(simd, a) {
                    return transposed;
                })?
                let mut rows = [[0.0; R]; R];
                for r in 0..R {
                    Self::store_partial(simd, &mut rows[r], a[r]);
                }
                let mut transposed = a;
                for c in 0..R {
                    let mut column = [0.0; R];
                    for r in 0..R {
                        column[r] = rows[r][c];
                    }
                    transposed[c] = Self::load_partial(simd, &column);
                }
                transposed
            }
        }
    };
}

implement! {
    f32, f32s, m32s, F32_LANES, as_simd_f32s, as_mut_simd_f32s, mask_between_m32s, u32, mask_load_ptr_f32s, mask_store_ptr_f32s, splat_f32s,
    add_f32s, sub_f32s, mul_f32s, div_f32s, mul_add_f32s, max_f32s, min_f32s, abs_f32s, sqrt_f32s,
    less_than_f32s, equal_f32s, select_f32s, reduce_sum_f32s, reduce_max_f32s, shuffle::sum_each, shuffle::transpose
}
implement! {
    f64, f64s, m64s, F64_LANES, as_simd_f64s, as_mut_simd_f64s, mask_between_m64s, u64, mask_load_ptr_f64s, mask_store_ptr_f64s, splat_f64s,
    add_f64s, sub_f64s, mul_f64s, div_f64s, mul_add_f64s, max_f64s, min_f64s, abs_f64s, sqrt_f64s,
    less_than_f64s, equal_f64s, select_f64s, reduce_sum_f64s, reduce_max_f64s
}
