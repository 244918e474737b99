//! A flatten before a global pool, which makes the vector itself.

use plumbline::prelude::*;

network! {
    pub Small: [1, 28, 28] -> [10] {
        conv: conv2d(16, kernel = 3), relu;
        flatten;
        pool: global_avg_pool;
        logits: dense(10);
    }
}

fn main() {}
