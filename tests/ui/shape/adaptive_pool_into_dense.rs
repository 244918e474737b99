//! A flatten is forgotten after an adaptive pool.

use plumbline::prelude::*;

network! {
    pub Small: [1, 28, 28] -> [10] {
        conv: conv2d(16, kernel = 3), relu;
        pool: adaptive_max_pool2d([2, 3]);
        logits: dense(10);
    }
}

fn main() {}
