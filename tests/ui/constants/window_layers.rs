//! Windows, bins and channels under names: nothing, more than any size, and another output than declared.

use plumbline::prelude::*;

const KERNEL: usize = 0;
const STRIDE: usize = TWO - 2;
const BINS: usize = 0 * TWO;
const TWO: usize = 2;
const CHANNELS: usize = 3;
const HUGE: usize = usize::MAX;

network! {
    pub Empty: [CHANNELS, 28] -> [CHANNELS, 4] {
        conv: conv1d(CHANNELS, kernel = KERNEL);
        max_pool1d(2, stride = STRIDE);
        adaptive_max_pool1d(BINS);
    }

    pub Endless: [CHANNELS, 28] -> [CHANNELS, 4] {
        conv: conv1d(CHANNELS, kernel = HUGE);
        up: conv_transpose1d(CHANNELS, kernel = HUGE);
        adaptive_max_pool1d(4);
    }

    pub Divided: [CHANNELS, 28] -> [4, 29] {
        up: conv_transpose1d(4, kernel = 2, groups = TWO);
    }

    pub Behind: [CHANNELS, 28] -> [4, 29] {
        up: conv_transpose1d(4, kernel = 2, output_padding = TWO);
    }

    pub Same: [CHANNELS, 28] -> [CHANNELS, 28] {
        avg_pool1d(TWO, padding = same);
    }

    pub Bins: [CHANNELS, 28] -> [CHANNELS, 4] {
        adaptive_avg_pool1d(TWO);
    }

    pub Global: [CHANNELS, 28, 28] -> [TWO] {
        global_max_pool;
    }

    pub Large: [CHANNELS, 28, 28] -> [CHANNELS, 1, 1] {
        weighted_avg_pool2d(10 * CHANNELS);
    }
}

fn main() {}
