//! Powers and widths that no pool can have, and options of another pool.

use plumbline::prelude::*;

network! {
    pub Power: [3, 28] -> [3, 14] {
        lp_pool1d(2, p = 0.5);
    }

    pub Text: [3, 28, 28] -> [3, 14, 14] {
        lp_pool2d(2, p = "2");
    }

    pub Width: [3, 28] -> [3, 14] {
        weighted_avg_pool1d(2, sigma = 0);
    }

    pub Other: [3, 28] -> [3, 14] {
        avg_pool1d(2, sigma = 1.5);
    }

    pub Swapped: [3, 28] -> [3, 14] {
        weighted_avg_pool1d(2, p = 2);
    }

    pub Positional: [3, 28] -> [3, 14] {
        lp_pool1d(2, 2);
    }

    pub Named: [3, 28, 28] -> [3, 14, 14] {
        LPPool2d(2);
    }
}

fn main() {}
