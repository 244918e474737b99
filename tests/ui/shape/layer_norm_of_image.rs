//! An image for a layer that normalizes rows.

use plumbline::prelude::*;

network! {
    pub Small: [1, 28, 28] -> [10] {
        conv: conv2d(4, kernel = 3);
        norm: layer_norm, relu;
        flatten;
        logits: dense(10);
    }
}

fn main() {}
