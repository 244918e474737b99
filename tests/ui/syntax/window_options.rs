//! Windows that are missing or twice, and options that other libraries or other layers have.

use plumbline::prelude::*;

network! {
    pub Signals: [4, 28] -> [4, 26] {
        a: conv1d(4, 3);
        b: conv1d(kernel = 3);
        c: conv1d(4, kernel = 3, output_padding = 1);
        d: conv_transpose1d;
        e: conv_transpose1d(4, kernel = 3, dilation = 2);
        f: conv_transpose1d(4, kernel = 3, bias = 1);
        max_pool1d;
        avg_pool1d(kernel = 2);
        avg_pool1d(2, padding = same);
        lp_pool1d(p = 2);
        weighted_avg_pool1d();
        adaptive_avg_pool1d;
        adaptive_avg_pool1d(4, stride = 2);
    }

    pub Images: [4, 28, 28] -> [4] {
        a: conv2d(4, kernel = 3, init = he);
        max_pool2d(2, ceil_mode = true);
        avg_pool2d(2, 2);
        lp_pool2d(2, norm_type = 2);
        weighted_avg_pool2d(2, std = 1);
        adaptive_max_pool2d(4, 4);
        global_max_pool(keepdim = true);
    }
}

fn main() {}
