//! A kernel that does not fit at the size for which a network is used.
//!
//! Use the network at a size of 5 at least, or with a smaller kernel.

use plumbline::prelude::*;

network! {
    pub Features<C, H, W>: [C, H, W] -> [8] {
        conv: conv2d(8, kernel = 5), relu;
        global_avg_pool;
    }

    pub Net: [3, 16, 4] -> [10] {
        features: Features<3, 16, 4>;
        out: dense(10);
    }
}

fn main() {}
