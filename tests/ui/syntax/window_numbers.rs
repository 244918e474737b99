//! Windows, strides, dilations, groups, bins and channels that are no whole number, or less than one.

use plumbline::prelude::*;

network! {
    pub Signals: [4, 28] -> [4, 26] {
        a: conv1d(4, kernel = 2.5);
        b: conv1d(4, kernel = 3, dilation = 0);
        c: conv_transpose1d(4, kernel = "3");
        d: conv_transpose1d(0, kernel = 3);
        e: conv_transpose1d(4, kernel = 3, output_padding = -1);
        f: conv1d(4, kernel = 3, groups = 0);
        max_pool1d(2, stride = 0);
        avg_pool1d(2, padding = -1);
        lp_pool1d(0);
        weighted_avg_pool1d(2.5);
        adaptive_max_pool1d(0);
        adaptive_avg_pool1d(1.5);
    }

    pub Images: [4, 28, 28] -> [4, 26, 26] {
        a: conv2d(4, kernel = 3, dilation = [0, 1]);
        b: conv_transpose2d(4, kernel = [3, 0]);
        c: conv_transpose2d(4, kernel = 3, stride = [2, 2, 2]);
        max_pool2d([2, 2, 2]);
        avg_pool2d([2, 0]);
        lp_pool2d("2");
        weighted_avg_pool2d(2, stride = [2]);
        adaptive_max_pool2d([4, _]);
        adaptive_avg_pool2d(true);
    }
}

fn main() {}
