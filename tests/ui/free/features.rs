//! Sizes that only the running program knows, where a parameter's size must be known.

use plumbline::prelude::*;

network! {
    pub Flat: [3, _, _] -> [10] {
        conv: conv2d(8, kernel = 3), relu;
        flatten;
        out: dense(10);
    }

    pub Channels: [_, 28, 28] -> [_, 26, 26] {
        conv: conv2d(8, kernel = 3);
    }

    pub Normalized: [_, 28, 28] -> [_, 28, 28] {
        norm: batch_norm;
    }

    pub Steps: [_, 4] -> [_, 4] {
        turn: transpose;
        norm: layer_norm;
        back: transpose;
    }
}

fn main() {}
