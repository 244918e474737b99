//! Constants as sizes: not what the declaration states, and none at all.

use plumbline::prelude::*;

const BINS: usize = 4;
const NONE: usize = 0;

network! {
    pub Small: [1, 28, 28] -> [10] {
        pool: adaptive_avg_pool2d(BINS) -> [1, 4, 5];
        flatten;
        logits: dense(10);
    }

    pub Empty: [1, 28, 28] -> [1, 1, 1] {
        adaptive_avg_pool2d(NONE);
    }
}

fn main() {}
