//! Images and vectors for pools over signals, a signal for a pool over images, and a vector for a global pool.

use plumbline::prelude::*;

network! {
    pub Image: [3, 28, 28] -> [3, 14] {
        pool: max_pool1d(2);
    }

    pub Line: [3, 1, 28] -> [3, 14] {
        avg_pool1d(2);
    }

    pub Vector: [784] -> [1, 392] {
        pool: max_pool1d(2);
    }

    pub Signal: [3, 28] -> [3, 14] {
        pool: max_pool2d(2);
    }

    pub Bins: [3, 28, 28] -> [3, 4] {
        bins: adaptive_avg_pool1d(4);
    }

    pub Global: [100] -> [1] {
        pool: global_max_pool;
    }
}

fn main() {}
