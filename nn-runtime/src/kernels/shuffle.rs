//! Several registers as a matrix: its row sums, with half the shuffles of one row after the other, and its transpose.

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::{any::Any, arch::x86_64::*};

    use pulp::{
        f32x8, f32x16,
        x86::{V3, V4},
    };

    /// Lane r of the result is the sum over the lanes of `a[r]`, for the instruction sets and sizes that have a version of their
    /// own.
    #[inline(always)]
    pub(crate) fn sum_each<S: pulp::Simd, const R: usize>(simd: S, a: [S::f32s; R]) -> Option<S::f32s> {
        let (simd, a) = (&simd as &dyn Any, &a as &dyn Any);
        if let (Some(&v4), Some(&a)) = (simd.downcast_ref::<V4>(), a.downcast_ref::<[f32x16; 16]>()) {
            return Some(pulp::bytemuck::cast(sixteen(v4, a)));
        }
        if let (Some(&v3), Some(&a)) = (simd.downcast_ref::<V3>(), a.downcast_ref::<[f32x8; 8]>()) {
            return Some(pulp::bytemuck::cast(eight(v3, a)));
        }
        None
    }

    /// For `_mm512_shuffle_f32x4`: quarters 0 and 2 of both registers.
    const EVEN: i32 = 0b10_00_10_00;
    /// Quarters 1 and 3 of both.
    const ODD: i32 = 0b11_01_11_01;

    // Closures are not compiled for the vector instructions of the function around them, so all is written out in loops.

    /// Lane r of register c is lane c of `a[r]`, for the instruction sets and sizes that have a version of their own.
    #[inline(always)]
    pub(crate) fn transpose<S: pulp::Simd, const R: usize>(simd: S, a: [S::f32s; R]) -> Option<[S::f32s; R]> {
        let (simd, a) = (&simd as &dyn Any, &a as &dyn Any);
        let mut result = None;
        if let (Some(&v4), Some(&a)) = (simd.downcast_ref::<V4>(), a.downcast_ref::<[f32x16; 16]>()) {
            result = (&transposed_sixteen(v4, a) as &dyn Any).downcast_ref().copied();
        }
        if let (Some(&v3), Some(&a)) = (simd.downcast_ref::<V3>(), a.downcast_ref::<[f32x8; 8]>()) {
            result = (&transposed_eight(v3, a) as &dyn Any).downcast_ref().copied();
        }
        result
    }

    #[inline(always)]
    fn sixteen(simd: V4, a: [f32x16; 16]) -> f32x16 {
        let f = simd.avx512f;
        // SAFETY: both types are sixteen registers of sixteen `f32` without padding, valid for every bit pattern.
        let a = unsafe { std::mem::transmute::<[f32x16; 16], [__m512; 16]>(a) };
        // Within each quarter of a register: the numbers of two rows pairwise, (a₀+a₂, b₀+b₂, a₁+a₃, b₁+b₃).
        let mut pairs = [f._mm512_setzero_ps(); 8];
        for i in 0..8 {
            let (a, b) = (a[2 * i], a[2 * i + 1]);
            pairs[i] = f._mm512_add_ps(f._mm512_unpacklo_ps(a, b), f._mm512_unpackhi_ps(a, b));
        }
        // The quarter's sums of four rows.
        let mut fours = [f._mm512_setzero_ps(); 4];
        for i in 0..4 {
            let (a, b) = (f._mm512_castps_pd(pairs[2 * i]), f._mm512_castps_pd(pairs[2 * i + 1]));
            let (low, high) = (f._mm512_unpacklo_pd(a, b), f._mm512_unpackhi_pd(a, b));
            fours[i] = f._mm512_add_ps(f._mm512_castpd_ps(low), f._mm512_castpd_ps(high));
        }
        // Quarters 0 + 1 and 2 + 3 of two groups of rows, then both halves of all four.
        let halves = [join(simd, fours[0], fours[1]), join(simd, fours[2], fours[3])];
        let sums = join(simd, halves[0], halves[1]);
        // SAFETY: as above, for one register.
        unsafe { std::mem::transmute::<__m512, f32x16>(sums) }
    }

    /// The sums of neighbouring quarters of a, then those of b.
    #[inline(always)]
    fn join(simd: V4, a: __m512, b: __m512) -> __m512 {
        let f = simd.avx512f;
        let (even, odd) = (f._mm512_shuffle_f32x4::<EVEN>(a, b), f._mm512_shuffle_f32x4::<ODD>(a, b));
        f._mm512_add_ps(even, odd)
    }

    #[inline(always)]
    fn transposed_sixteen(simd: V4, a: [f32x16; 16]) -> [f32x16; 16] {
        let f = simd.avx512f;
        // SAFETY: both types are sixteen registers of sixteen `f32` without padding, valid for every bit pattern.
        let a = unsafe { std::mem::transmute::<[f32x16; 16], [__m512; 16]>(a) };
        // Quarter q of columns[c][g] holds column 4 q + c of the rows 4 g .. 4 g + 4.
        let mut columns = [[f._mm512_setzero_ps(); 4]; 4];
        for g in 0..4 {
            let (low01, high01) =
                (f._mm512_unpacklo_ps(a[4 * g], a[4 * g + 1]), f._mm512_unpackhi_ps(a[4 * g], a[4 * g + 1]));
            let (low23, high23) =
                (f._mm512_unpacklo_ps(a[4 * g + 2], a[4 * g + 3]), f._mm512_unpackhi_ps(a[4 * g + 2], a[4 * g + 3]));
            let (low01, high01) = (f._mm512_castps_pd(low01), f._mm512_castps_pd(high01));
            let (low23, high23) = (f._mm512_castps_pd(low23), f._mm512_castps_pd(high23));
            columns[0][g] = f._mm512_castpd_ps(f._mm512_unpacklo_pd(low01, low23));
            columns[1][g] = f._mm512_castpd_ps(f._mm512_unpackhi_pd(low01, low23));
            columns[2][g] = f._mm512_castpd_ps(f._mm512_unpacklo_pd(high01, high23));
            columns[3][g] = f._mm512_castpd_ps(f._mm512_unpackhi_pd(high01, high23));
        }
        let mut result = [f._mm512_setzero_ps(); 16];
        for c in 0..4 {
            let [g0, g1, g2, g3] = columns[c];
            let (even01, odd01) = (f._mm512_shuffle_f32x4::<EVEN>(g0, g1), f._mm512_shuffle_f32x4::<ODD>(g0, g1));
            let (even23, odd23) = (f._mm512_shuffle_f32x4::<EVEN>(g2, g3), f._mm512_shuffle_f32x4::<ODD>(g2, g3));
            result[c] = f._mm512_shuffle_f32x4::<EVEN>(even01, even23);
            result[4 + c] = f._mm512_shuffle_f32x4::<EVEN>(odd01, odd23);
            result[8 + c] = f._mm512_shuffle_f32x4::<ODD>(even01, even23);
            result[12 + c] = f._mm512_shuffle_f32x4::<ODD>(odd01, odd23);
        }
        // SAFETY: as above.
        unsafe { std::mem::transmute::<[__m512; 16], [f32x16; 16]>(result) }
    }

    #[inline(always)]
    fn transposed_eight(simd: V3, a: [f32x8; 8]) -> [f32x8; 8] {
        let f = simd.avx;
        // SAFETY: both types are eight registers of eight `f32` without padding, valid for every bit pattern.
        let a = unsafe { std::mem::transmute::<[f32x8; 8], [__m256; 8]>(a) };
        // Half q of columns[c][g] holds column 4 q + c of the rows 4 g .. 4 g + 4.
        let mut columns = [[f._mm256_setzero_ps(); 2]; 4];
        for g in 0..2 {
            let (low01, high01) =
                (f._mm256_unpacklo_ps(a[4 * g], a[4 * g + 1]), f._mm256_unpackhi_ps(a[4 * g], a[4 * g + 1]));
            let (low23, high23) =
                (f._mm256_unpacklo_ps(a[4 * g + 2], a[4 * g + 3]), f._mm256_unpackhi_ps(a[4 * g + 2], a[4 * g + 3]));
            let (low01, high01) = (f._mm256_castps_pd(low01), f._mm256_castps_pd(high01));
            let (low23, high23) = (f._mm256_castps_pd(low23), f._mm256_castps_pd(high23));
            columns[0][g] = f._mm256_castpd_ps(f._mm256_unpacklo_pd(low01, low23));
            columns[1][g] = f._mm256_castpd_ps(f._mm256_unpackhi_pd(low01, low23));
            columns[2][g] = f._mm256_castpd_ps(f._mm256_unpacklo_pd(high01, high23));
            columns[3][g] = f._mm256_castpd_ps(f._mm256_unpackhi_pd(high01, high23));
        }
        let mut result = [f._mm256_setzero_ps(); 8];
        for c in 0..4 {
            let [g0, g1] = columns[c];
            result[c] = f._mm256_permute2f128_ps::<0x20>(g0, g1);
            result[4 + c] = f._mm256_permute2f128_ps::<0x31>(g0, g1);
        }
        // SAFETY: as above.
        unsafe { std::mem::transmute::<[__m256; 8], [f32x8; 8]>(result) }
    }

    /// [`sixteen`] for registers of eight lanes.
    #[inline(always)]
    fn eight(simd: V3, a: [f32x8; 8]) -> f32x8 {
        let f = simd.avx;
        // SAFETY: both types are eight registers of eight `f32` without padding, valid for every bit pattern.
        let a = unsafe { std::mem::transmute::<[f32x8; 8], [__m256; 8]>(a) };
        let mut pairs = [f._mm256_setzero_ps(); 4];
        for i in 0..4 {
            let (a, b) = (a[2 * i], a[2 * i + 1]);
            pairs[i] = f._mm256_add_ps(f._mm256_unpacklo_ps(a, b), f._mm256_unpackhi_ps(a, b));
        }
        let mut fours = [f._mm256_setzero_ps(); 2];
        for i in 0..2 {
            let (a, b) = (f._mm256_castps_pd(pairs[2 * i]), f._mm256_castps_pd(pairs[2 * i + 1]));
            let (low, high) = (f._mm256_unpacklo_pd(a, b), f._mm256_unpackhi_pd(a, b));
            fours[i] = f._mm256_add_ps(f._mm256_castpd_ps(low), f._mm256_castpd_ps(high));
        }
        let [a, b] = fours;
        let sums = f._mm256_add_ps(f._mm256_permute2f128_ps::<0x20>(a, b), f._mm256_permute2f128_ps::<0x31>(a, b));
        // SAFETY: as above, for one register.
        unsafe { std::mem::transmute::<__m256, f32x8>(sums) }
    }
}

#[cfg(target_arch = "x86_64")]
pub(super) use x86::{sum_each, transpose};

/// No version for this processor.
#[cfg(not(target_arch = "x86_64"))]
#[inline(always)]
pub(super) fn sum_each<S: pulp::Simd, const R: usize>(_: S, _: [S::f32s; R]) -> Option<S::f32s> {
    None
}

/// No version for this processor.
#[cfg(not(target_arch = "x86_64"))]
#[inline(always)]
pub(super) fn transpose<S: pulp::Simd, const R: usize>(_: S, _: [S::f32s; R]) -> Option<[S::f32s; R]> {
    None
}

#[cfg(test)]
mod tests {
    use pulp::{Simd, WithSimd};

    struct Check;

    impl WithSimd for Check {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            check::<S, f32, 16>(simd);
            check::<S, f32, 8>(simd);
            check::<S, f64, 8>(simd);
            check::<S, f64, 4>(simd);
            check::<S, f64, 1>(simd);
            check_transpose::<S, f32, 16>(simd);
            check_transpose::<S, f32, 8>(simd);
            check_transpose::<S, f64, 8>(simd);
            check_transpose::<S, f64, 4>(simd);
            check_transpose::<S, f64, 1>(simd);
        }
    }

    /// Small integers, whose sums are exact in any order.
    fn check<S: Simd, E: crate::kernels::Element, const R: usize>(simd: S) {
        let lanes = E::lanes::<S>();
        if R > lanes {
            return;
        }
        let value = |row: usize, lane: usize| ((row * 37 + lane * 11) % 101) as f64;
        let rows = std::array::from_fn::<_, R, _>(|row| {
            let row: Vec<E> = (0..lanes).map(|lane| E::from_f64(value(row, lane))).collect();
            E::load_partial(simd, &row)
        });
        let mut sums = vec![E::zero(); lanes];
        E::store_partial(simd, &mut sums, E::sum_each(simd, rows));
        for row in 0..R {
            assert_eq!(sums[row].as_f64(), (0..lanes).map(|lane| value(row, lane)).sum::<f64>(), "{R} {row}");
        }
    }

    fn check_transpose<S: Simd, E: crate::kernels::Element, const R: usize>(simd: S) {
        if R != E::lanes::<S>() {
            return;
        }
        let rows = std::array::from_fn::<_, R, _>(|row| {
            let row: Vec<E> = (0..R).map(|lane| E::from_f64((row * R + lane) as f64)).collect();
            E::load_partial(simd, &row)
        });
        for (column, register) in E::transpose_square(simd, rows).into_iter().enumerate() {
            let mut lanes = [E::zero(); R];
            E::store_partial(simd, &mut lanes, register);
            for (row, x) in lanes.iter().enumerate() {
                assert_eq!(x.as_f64(), (row * R + column) as f64);
            }
        }
    }

    #[test]
    fn sums_and_transposes_of_registers_agree_with_their_definitions_on_every_instruction_set() {
        crate::kernels::simd::on_each(|| Check);
    }
}
