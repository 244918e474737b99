//! A vector added to an image.

use plumbline::prelude::*;

network! {
    pub Residual: [1, 8, 8] -> [64] {
        flat: flatten;
        sum: add <- (flat, input);
    }
}

fn main() {}
