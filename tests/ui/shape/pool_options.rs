//! Norms and weighted means of what is no signal or no image, or too small.

use plumbline::prelude::*;

network! {
    pub Image: [3, 28, 28] -> [3, 14] {
        lp_pool1d(2);
    }

    pub Signal: [3, 28] -> [3, 14] {
        weighted_avg_pool2d(2);
    }

    pub Long: [3, 5] -> [3, 1] {
        weighted_avg_pool1d(7);
    }

    pub Padding: [3, 5, 5] -> [3, 2, 2] {
        lp_pool2d(3, padding = 2);
    }
}

fn main() {}
