//! Windows that do not fit, and outputs that are another, at the sizes for which networks are used.
//!
//! Use each at sizes at which every window fits, or with smaller windows.

use plumbline::prelude::*;

network! {
    pub Pooled<C, L>: [C, L] -> [C, 1] {
        smooth: weighted_avg_pool1d(4, stride = 1), lp_pool1d(3);
        adaptive_max_pool1d(1);
    }

    pub Longer<C, L, P>: [C, L] -> [C, 8] {
        up: conv_transpose1d(C, kernel = 2, padding = P);
        adaptive_avg_pool1d(8);
    }

    pub Padded<C, H, P>: [C, H, H] -> [C] {
        max_pool2d(3, stride = 1, padding = P);
        global_avg_pool;
    }

    pub Short: [2, 5] -> [2, 1] {
        pooled: Pooled<2, 5>;
    }

    pub Nothing: [2, 2] -> [2, 8] {
        longer: Longer<2, 2, 2>;
    }

    pub Outside: [2, 6, 6] -> [2] {
        padded: Padded<2, 6, 2>;
    }
}

fn main() {}
