//! Images of pixels that are 0 or 1.

use plumbline::{Batch, Const, ShapeError, data::Digits};
use rand::{RngExt, rngs::StdRng};

/// 28 × 28 of them, in one row.
pub(crate) type Pixels = Batch<(Const<784>,)>;

/// Each pixel 1 with the probability that its grey is, so that every number is a state of a binary unit.
pub(crate) fn binary(images: &Digits, rng: &mut StdRng) -> Result<Pixels, ShapeError> {
    let grey = images.inputs().as_slice();
    Batch::from_vec(grey.iter().map(|&grey| f32::from(u8::from(rng.random::<f32>() < grey))).collect())
}
