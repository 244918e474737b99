//! Sizes for two axes, a missing kernel, and other libraries' names.

use plumbline::prelude::*;

network! {
    pub Pair: [3, 28] -> [4, 26] {
        c1: conv1d(4, kernel = [1, 3]);
    }

    pub Missing: [3, 28] -> [4, 26] {
        c1: conv1d(4);
    }

    pub Same: [3, 28] -> [4, 28] {
        up: conv_transpose1d(4, kernel = 3, padding = same);
    }

    pub Unnamed: [3, 28] -> [4, 26] {
        conv1d(4, kernel = 3);
    }

    pub Other: [3, 28] -> [4, 26] {
        c1: ConvTranspose1d(4, kernel = 3);
    }
}

fn main() {}
