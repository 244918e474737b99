//! The layers over signals, and the pools that came with them.

use plumbline::prelude::*;

use crate::{
    fixture::{DOUBLE, Fixture, SINGLE},
    layers::{cases, check},
};

cases! { signal_pools {
    max: [2, 11] -> [2, 5] { max_pool1d(2); }
    max_overlapping: [2, 11] -> [2, 5] { max_pool1d(3, stride = 2); }
    max_padding: [2, 11] -> [2, 6] { max_pool1d(3, stride = 2, padding = 1); }
    max_ties: [2, 11] -> [2, 6] { max_pool1d(3, stride = 2, padding = 1); }
    avg: [2, 11] -> [2, 5] { avg_pool1d(2); }
    avg_overlapping: [2, 11] -> [2, 5] { avg_pool1d(3, stride = 2); }
    avg_padding: [2, 11] -> [2, 4] { avg_pool1d(4, stride = 3, padding = 2); }
    adaptive_max: [2, 11] -> [2, 4] { adaptive_max_pool1d(4); }
    adaptive_max_more_bins: [2, 11] -> [2, 13] { adaptive_max_pool1d(13); }
    adaptive_avg: [2, 11] -> [2, 4] { adaptive_avg_pool1d(4); }
    adaptive_avg_more_bins: [2, 11] -> [2, 13] { adaptive_avg_pool1d(13); }
    global_max: [2, 11] -> [2] { global_max_pool; }
    global_avg: [2, 11] -> [2] { global_avg_pool; }
    many_samples: [2, 11] -> [2, 2] { max_pool1d(2), avg_pool1d(2); }
} }

cases! { signal_convolutions {
    plain: [4, 11] -> [3, 9] { layer: conv1d(3, kernel = 3); }
    no_bias: [4, 11] -> [3, 9] { layer: conv1d(3, kernel = 3, bias = false); }
    stride: [4, 11] -> [3, 5] { layer: conv1d(3, kernel = 3, stride = 2); }
    padding: [4, 11] -> [3, 11] { layer: conv1d(3, kernel = 5, padding = 2); }
    same_even: [4, 11] -> [3, 11] { layer: conv1d(3, kernel = 4, padding = same); }
    same_dilated: [4, 11] -> [3, 11] { layer: conv1d(3, kernel = 3, padding = same, dilation = 3); }
    dilation: [4, 11] -> [3, 7] { layer: conv1d(3, kernel = 3, dilation = 2); }
    groups: [4, 11] -> [6, 9] { layer: conv1d(6, kernel = 3, groups = 2); }
    depthwise: [4, 11] -> [4, 9] { layer: conv1d(4, kernel = 3, groups = 4); }
    everything: [4, 11] -> [6, 7] {
        layer: conv1d(6, kernel = 3, stride = 2, padding = 3, dilation = 2, groups = 2);
    }
    transposed: [4, 11] -> [3, 13] { layer: conv_transpose1d(3, kernel = 3); }
    transposed_no_bias: [4, 11] -> [3, 13] { layer: conv_transpose1d(3, kernel = 3, bias = false); }
    transposed_doubling: [4, 11] -> [3, 22] { layer: conv_transpose1d(3, kernel = 2, stride = 2); }
    transposed_output_padding: [4, 11] -> [3, 33] {
        layer: conv_transpose1d(3, kernel = 3, stride = 3, padding = 1, output_padding = 2);
    }
    transposed_groups: [4, 11] -> [6, 23] { layer: conv_transpose1d(6, kernel = 3, stride = 2, groups = 2); }
    many_samples: [4, 11] -> [3, 5] { layer: conv1d(3, kernel = 3, stride = 2); }
} }

cases! { norms_and_blurs {
    lp: [2, 6, 7] -> [2, 3, 3] { lp_pool2d(2); }
    lp_rectangle: [2, 6, 7] -> [2, 4, 6] { lp_pool2d([3, 2], stride = 1); }
    lp_padding: [2, 6, 7] -> [2, 3, 4] { lp_pool2d(3, stride = 2, padding = 1); }
    lp_three: [2, 6, 7] -> [2, 3, 3] { lp_pool2d(2, p = 3); }
    lp_signal: [2, 11] -> [2, 5] { lp_pool1d(3, stride = 2); }
    lp_signal_real: [2, 11] -> [2, 5] { lp_pool1d(2, p = 1.5); }
    weighted: [2, 6, 7] -> [2, 2, 2] { weighted_avg_pool2d(3); }
    weighted_rectangle: [2, 6, 7] -> [2, 4, 3] { weighted_avg_pool2d([3, 5], stride = 1); }
    weighted_padding: [2, 6, 7] -> [2, 4, 4] { weighted_avg_pool2d(4, sigma = 0.8, stride = 2, padding = 2); }
    weighted_signal: [2, 11] -> [2, 4] { weighted_avg_pool1d(5, stride = 2); }
    weighted_signal_padding: [2, 11] -> [2, 3] { weighted_avg_pool1d(4, sigma = 1.3, padding = 1); }
} }
