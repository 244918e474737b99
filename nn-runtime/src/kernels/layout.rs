//! Between samples one after the other and the batch-innermost layout, where the numbers of all samples for one element lie side by side.

#[cfg(target_arch = "x86_64")]
use pulp::Arch;

use crate::kernels::Element;
#[cfg(target_arch = "x86_64")]
use crate::kernels::isa::arch;

/// Element e of sample s, at `s × length + e` in `rows`, goes to `e × lanes + s` in `columns`; the lanes beyond the samples become zero.
pub(crate) fn to_batch_innermost<E: Element>(
    rows: &[E],
    samples: usize,
    length: usize,
    columns: &mut [E],
    lanes: usize,
) {
    E::transpose(rows, length, samples, columns, lanes);
    if samples < lanes {
        for lanes in columns.chunks_exact_mut(lanes).take(length) {
            lanes[samples..].fill(E::zero());
        }
    }
}

/// The reverse of [`to_batch_innermost`].
pub(crate) fn from_batch_innermost<E: Element>(columns: &[E], lanes: usize, length: usize, rows: &mut [E]) {
    E::transpose(columns, lanes, length, rows, length);
}

/// The transpose for an element type. Sealed through [`crate::Element`].
pub trait Transposes: Sized {
    /// Row i of `to`, whose rows have `width` numbers, begins with column i of `from`, `rows` × `columns`, for as many columns as `to` has
    /// rows.
    fn transpose(from: &[Self], columns: usize, rows: usize, to: &mut [Self], width: usize);
}

macro_rules! implement {
    ($($element:ident, $block:literal, $transpose:ident;)*) => {
        $(impl Transposes for $element {
            fn transpose(from: &[Self], columns: usize, rows: usize, to: &mut [Self], width: usize) {
                #[cfg(target_arch = "x86_64")]
                if !matches!(arch(), Arch::Scalar) {
                    // SAFETY: an instruction set is chosen only where the processor has it, and each but the scalar one includes AVX.
                    return unsafe { x86::$transpose(from, columns, rows, to, width) };
                }
                transpose::<Self, $block>(from, columns, rows, to, width, block_of::<Self, $block>);
            }
        })*
    };
}

implement! {
    f32, 8, transpose_f32;
    f64, 4, transpose_f64;
}

/// Transposes by `block(from, columns, to, width)` in blocks of N × N, and number by number where none fits.
#[inline(always)]
fn transpose<E: Copy, const N: usize>(
    from: &[E],
    columns: usize,
    rows: usize,
    to: &mut [E],
    width: usize,
    block: impl Fn(&[E], usize, &mut [E], usize),
) {
    let count = columns.min(to.len() / width.max(1));
    if rows < N || count < N {
        for i in 0..count {
            for j in 0..rows {
                to[i * width + j] = from[j * columns + i];
            }
        }
        return;
    }
    // The last blocks overlap those before them.
    for column in (0..count).step_by(N).map(|column| column.min(count - N)) {
        for row in (0..rows).step_by(N).map(|row| row.min(rows - N)) {
            block(&from[row * columns + column..], columns, &mut to[column * width + row..], width);
        }
    }
}

/// A block on processors without vectors.
fn block_of<E: Copy, const N: usize>(from: &[E], columns: usize, to: &mut [E], width: usize) {
    for i in 0..N {
        for j in 0..N {
            to[i * width + j] = from[j * columns + i];
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::transpose;

    /// Whether a slice holds N rows of N numbers that lie `stride` apart. A stride that could overflow is more than any slice holds.
    #[inline(always)]
    fn holds<E, const N: usize>(slice: &[E], stride: usize) -> bool {
        stride < usize::MAX / N && slice.len() >= (N - 1) * stride + N
    }

    #[target_feature(enable = "avx")]
    pub(super) fn transpose_f32(from: &[f32], columns: usize, rows: usize, to: &mut [f32], width: usize) {
        transpose::<f32, 8>(from, columns, rows, to, width, |from, columns, to, width| {
            block_f32(from, columns, to, width)
        });
    }

    // Apart, because as a part of the loops its rows' places would not fit the registers.
    #[inline(never)]
    #[target_feature(enable = "avx")]
    fn block_f32(from: &[f32], columns: usize, to: &mut [f32], width: usize) {
        assert!(holds::<_, 8>(from, columns) && holds::<_, 8>(to, width), "a block lies within its slices");
        let (from, to) = (from.as_ptr(), to.as_mut_ptr());
        for half in 0..2 {
            // Each register has 4 numbers of a row and 4 of the row four below.
            let mut rows = [_mm256_setzero_ps(); 4];
            for (row, register) in rows.iter_mut().enumerate() {
                // SAFETY: the last number read is number 7 of row 7, which lies within the slice: it holds eight rows of eight (asserted).
                unsafe {
                    let low = _mm_loadu_ps(from.add(row * columns + half * 4));
                    let high = _mm_loadu_ps(from.add((row + 4) * columns + half * 4));
                    *register = _mm256_set_m128(high, low);
                }
            }
            let [a, b, c, d] = rows;
            let (low, low_next) = (_mm256_unpacklo_ps(a, b), _mm256_unpacklo_ps(c, d));
            let (high, high_next) = (_mm256_unpackhi_ps(a, b), _mm256_unpackhi_ps(c, d));
            let turned = [
                _mm256_shuffle_ps::<0x44>(low, low_next),
                _mm256_shuffle_ps::<0xee>(low, low_next),
                _mm256_shuffle_ps::<0x44>(high, high_next),
                _mm256_shuffle_ps::<0xee>(high, high_next),
            ];
            for (i, column) in turned.into_iter().enumerate() {
                // SAFETY: the last number written is number 7 of row 7, which lies within the slice, borrowed mutably (asserted).
                unsafe { _mm256_storeu_ps(to.add((half * 4 + i) * width), column) };
            }
        }
    }

    #[target_feature(enable = "avx")]
    pub(super) fn transpose_f64(from: &[f64], columns: usize, rows: usize, to: &mut [f64], width: usize) {
        transpose::<f64, 4>(from, columns, rows, to, width, |from, columns, to, width| {
            block_f64(from, columns, to, width)
        });
    }

    #[inline(never)]
    #[target_feature(enable = "avx")]
    fn block_f64(from: &[f64], columns: usize, to: &mut [f64], width: usize) {
        assert!(holds::<_, 4>(from, columns) && holds::<_, 4>(to, width), "a block lies within its slices");
        let (from, to) = (from.as_ptr(), to.as_mut_ptr());
        for half in 0..2 {
            // Each register has 2 numbers of a row and 2 of the row two below.
            let mut rows = [_mm256_setzero_pd(); 2];
            for (row, register) in rows.iter_mut().enumerate() {
                // SAFETY: the last number read is number 3 of row 3, which lies within the slice: it holds four rows of four (asserted).
                unsafe {
                    let low = _mm_loadu_pd(from.add(row * columns + half * 2));
                    let high = _mm_loadu_pd(from.add((row + 2) * columns + half * 2));
                    *register = _mm256_set_m128d(high, low);
                }
            }
            let turned = [_mm256_unpacklo_pd(rows[0], rows[1]), _mm256_unpackhi_pd(rows[0], rows[1])];
            for (i, column) in turned.into_iter().enumerate() {
                // SAFETY: the last number written is number 3 of row 3, which lies within the slice, borrowed mutably (asserted).
                unsafe { _mm256_storeu_pd(to.add((half * 2 + i) * width), column) };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{from_batch_innermost, to_batch_innermost};
    use crate::kernels::Element;

    fn turns<E: Element>(samples: usize, length: usize) -> Result<(), TestCaseError> {
        let lanes = samples.next_multiple_of(16);
        let rows: Vec<E> = (0..samples * length).map(|i| E::from_f64(i as f64)).collect();
        let mut columns = vec![E::nan(); lanes * length];
        to_batch_innermost(&rows, samples, length, &mut columns, lanes);
        for (i, &x) in columns.iter().enumerate() {
            let (e, s) = (i / lanes, i % lanes);
            prop_assert_eq!(x, if s < samples { rows[s * length + e] } else { E::zero() });
        }
        let mut back = vec![E::nan(); rows.len()];
        from_batch_innermost(&columns, lanes, length, &mut back);
        prop_assert_eq!(back, rows);
        Ok(())
    }

    proptest! {
        #[test]
        fn the_layout_places_every_element_and_turns_back(samples in 1..50_usize, length in 0..70_usize) {
            turns::<f32>(samples, length)?;
            turns::<f64>(samples, length)?;
        }
    }
}
