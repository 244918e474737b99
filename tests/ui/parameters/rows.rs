//! A softmax and a normalization over images of any size.

use plumbline::prelude::*;

network! {
    pub Soft<C, H>: [C, H, H] -> [C, H, H] {
        softmax;
    }

    pub Normal<C, H>: [C, H, H] -> [C, H, H] {
        norm: layer_norm;
    }
}

fn main() {}
