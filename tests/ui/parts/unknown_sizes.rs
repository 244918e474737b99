//! `_` for what a part from another `network!` gives, in a network of known sizes.

use plumbline::prelude::*;

mod blocks {
    use plumbline::prelude::*;

    network! {
        pub Known: [2, 3, 4] -> [2, 3, 4] {
            conv: conv2d(2, kernel = 3, padding = 1), tanh;
        }
    }
}

network! {
    pub Stated: [2, 3, 4] -> [2] {
        known: blocks::Known -> [2, _, 4];
        global_avg_pool;
    }

    pub Declared: [2, 3, 4] -> [2, _, _] {
        known: blocks::Known;
    }
}

fn main() {}
