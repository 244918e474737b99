//! The smallest pictures with a structure.

use crate::{Batch, Const, Element};

/// Every picture of n × n binary pixels, n² = `PIXELS`, whose columns, or whose rows, are each of one value, once: 2ⁿ⁺¹ − 2 pictures, since the empty and
/// the full one are both (MacKay, Information Theory, Inference, and Learning Algorithms, 2003, section 43).
///
/// No model gives them a mean log-likelihood above −ln(2ⁿ⁺¹ − 2): −ln 14 for 3 × 3 pixels, −ln 30 for 4 × 4. `PIXELS` that is no square, or a square of more
/// than 16, does not compile.
///
/// ```
/// let pictures = plumbline::data::bars_and_stripes::<9, f32>();
/// assert_eq!(pictures.samples(), 14);
/// assert_eq!(pictures.sample(1), Some(&[1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0][..]));
/// ```
pub fn bars_and_stripes<const PIXELS: usize, E: Element>() -> Batch<(Const<PIXELS>,), E> {
    let side = const {
        let side = PIXELS.isqrt();
        assert!(
            side * side == PIXELS && side >= 1 && side <= 16,
            "`bars_and_stripes` takes a square of 1 to 16 pixels a side"
        );
        side
    };
    let picture = |code: usize, columns: bool| {
        (0..PIXELS).map(move |pixel| {
            let line = if columns { pixel % side } else { pixel / side };
            if code >> line & 1 == 1 { E::one() } else { E::zero() }
        })
    };
    let columns = (0..1 << side).flat_map(|code| picture(code, true));
    // The empty and the full picture are there already. One pixel has no others.
    let rows = (1..(1 << side) - 1).flat_map(|code| picture(code, false));
    Batch::from_vec(columns.chain(rows).collect()).expect("whole pictures")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_picture_is_there_once() {
        fn check<const PIXELS: usize>(expected: usize) {
            let pictures = bars_and_stripes::<PIXELS, f64>();
            let mut rows: Vec<Vec<u8>> =
                pictures.as_slice().chunks_exact(PIXELS).map(|row| row.iter().map(|&x| x as u8).collect()).collect();
            rows.sort();
            rows.dedup();
            assert_eq!((pictures.samples(), rows.len()), (expected, expected));
        }
        check::<1>(2);
        check::<4>(6);
        check::<9>(14);
        check::<16>(30);
    }
}
