//! Windows over values of another rank, larger than their input, or with another output than declared.

use plumbline::prelude::*;

network! {
    pub Vector: [28] -> [1, 4] {
        adaptive_max_pool1d(4);
    }

    pub Image: [3, 28, 28] -> [3, 57] {
        up: conv_transpose1d(3, kernel = 3, stride = 2);
    }

    pub Signal: [3, 28] -> [3, 57] {
        up: conv_transpose2d(3, kernel = 3, stride = 2);
    }

    pub Divided: [3, 28] -> [4, 57] {
        up: conv_transpose1d(4, kernel = 3, stride = 2, groups = 2);
    }

    pub Wide: [3, 28, 28] -> [3, 1, 14] {
        lp_pool2d([28, 30], padding = [0, 1]) -> [3, 1, 1];
        weighted_avg_pool2d([1, 2]);
    }

    pub Up: [3, 28] -> [3, 56] {
        up: conv_transpose1d(3, kernel = 3, stride = 2);
    }

    pub Down: [3, 28] -> [3, 15] {
        lp_pool1d(2);
    }

    pub Bins: [3, 28, 28] -> [3, 4] {
        adaptive_avg_pool2d(4) -> [3, 4];
        flatten;
    }

    pub Channels: [3, 28, 28] -> [3, 1, 1] {
        global_max_pool;
    }
}

fn main() {}
