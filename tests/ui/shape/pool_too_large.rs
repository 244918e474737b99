//! A pool larger than its input.

use plumbline::prelude::*;

network! {
    pub Small: [8, 2, 2] -> [8, 1, 1] {
        pool: avg_pool2d(4);
    }
}

fn main() {}
