//! Sizes for two axes, and what is no size, for layers that move along one.

use plumbline::prelude::*;

network! {
    pub Window: [3, 28] -> [3, 14] {
        max_pool1d([1, 2]);
    }

    pub Stride: [3, 28] -> [3, 14] {
        avg_pool1d(2, stride = [2]);
    }

    pub Bins: [3, 28] -> [3, 4] {
        adaptive_max_pool1d([1, 4]);
    }

    pub Text: [3, 28] -> [3, 14] {
        max_pool1d("2");
    }

    pub Other: [3, 28] -> [3, 14] {
        MaxPooling1D(2);
    }
}

fn main() {}
