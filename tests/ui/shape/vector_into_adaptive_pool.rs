//! A flattened image for a layer that takes an image.

use plumbline::prelude::*;

network! {
    pub Small: [784] -> [10] {
        hidden: dense(144);
        pool: adaptive_avg_pool2d(4);
        flatten;
        logits: dense(10);
    }
}

fn main() {}
