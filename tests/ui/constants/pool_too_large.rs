//! A pool larger than its input.

use plumbline::prelude::*;

const SIDE: usize = 2;

network! {
    pub Small: [8, SIDE, SIDE] -> [8, 1, 1] {
        pool: avg_pool2d(SIDE + 2);
    }
}

fn main() {}
