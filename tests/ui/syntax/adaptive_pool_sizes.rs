//! Sizes that no adaptive pool can have, and one for a global pool, which has none.

use plumbline::prelude::*;

network! {
    pub Nothing: [1, 28, 28] -> [1, 1, 1] {
        adaptive_avg_pool2d(0);
    }

    pub Channels: [1, 28, 28] -> [1, 2, 2] {
        adaptive_avg_pool2d([1, 2, 2]);
    }

    pub Missing: [1, 28, 28] -> [1, 2, 2] {
        adaptive_max_pool2d;
    }

    pub Windows: [1, 28, 28] -> [1, 2, 2] {
        adaptive_max_pool2d(2, stride = 2);
    }

    pub Sized: [1, 28, 28] -> [1] {
        global_avg_pool(1);
    }
}

fn main() {}
