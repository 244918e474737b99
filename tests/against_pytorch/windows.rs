//! Layers with windows: every option of a transposed convolution at once, a single sample and more samples than a block of lanes, and
//! pools that keep the size.

use plumbline::prelude::*;

use crate::{
    fixture::{DOUBLE, Fixture, SINGLE},
    layers::{cases, check},
};

cases! { windows {
    everything_transposed: [4, 5, 4] -> [6, 8, 13] {
        layer: conv_transpose2d(6, kernel = [3, 4], stride = [2, 3], padding = [2, 1], output_padding = [1, 2], groups = 2);
    }
    everything_transposed_signal: [4, 7] -> [6, 19] {
        layer: conv_transpose1d(6, kernel = 3, stride = 3, padding = 2, output_padding = 2, groups = 2);
    }
    one_convolution: [4, 7, 8] -> [3, 4, 3] { layer: conv2d(3, kernel = 3, stride = [2, 3], padding = 1); }
    one_transposed: [4, 3, 4] -> [3, 5, 8] { layer: conv_transpose2d(3, kernel = [3, 2], stride = [1, 2]); }
    one_convolution_of_a_signal: [4, 11] -> [3, 6] { layer: conv1d(3, kernel = 3, stride = 2, padding = 1); }
    one_transposed_signal: [4, 11] -> [3, 21] { layer: conv_transpose1d(3, kernel = 3, stride = 2, padding = 1); }
    one_halved: [2, 6, 7] -> [2, 3, 3] { max_pool2d(2); }
    one_image: [2, 7, 9] -> [2] {
        max_pool2d(3, stride = 2, padding = 1), avg_pool2d(2, stride = 1), adaptive_max_pool2d([4, 5]);
        lp_pool2d([1, 2], stride = 1), weighted_avg_pool2d(2), adaptive_avg_pool2d([3, 1]), global_max_pool;
    }
    one_signal: [2, 37] -> [2] {
        max_pool1d(3, stride = 2, padding = 1), avg_pool1d(2, stride = 1), adaptive_max_pool1d(13), lp_pool1d(2);
        weighted_avg_pool1d(2, stride = 1), adaptive_avg_pool1d(3), global_avg_pool;
    }
    many_transposed: [4, 3, 4] -> [3, 5, 8] { layer: conv_transpose2d(3, kernel = [3, 2], stride = [1, 2]); }
    many_transposed_signals: [4, 11] -> [3, 21] { layer: conv_transpose1d(3, kernel = 3, stride = 2, padding = 1); }
    many_images: [2, 7, 9] -> [2] {
        max_pool2d(3, stride = 2, padding = 1), avg_pool2d(2, stride = 1), adaptive_max_pool2d([4, 5]);
        lp_pool2d([1, 2], stride = 1), weighted_avg_pool2d(2), adaptive_avg_pool2d([3, 1]), global_max_pool;
    }
    many_signals: [2, 37] -> [2] {
        max_pool1d(3, stride = 2, padding = 1), avg_pool1d(2, stride = 1), adaptive_max_pool1d(13), lp_pool1d(2);
        weighted_avg_pool1d(2, stride = 1), adaptive_avg_pool1d(3), global_avg_pool;
    }
    same_max: [2, 6, 7] -> [2, 6, 7] { max_pool2d([2, 3], stride = 1, padding = same); }
    same_avg: [2, 6, 7] -> [2, 6, 7] { avg_pool2d([3, 4], stride = 1, padding = same); }
    same_lp: [2, 11] -> [2, 11] { lp_pool1d(4, stride = 1, padding = same); }
    same_weighted: [2, 11] -> [2, 11] { weighted_avg_pool1d(2, sigma = 3, stride = 1, padding = same); }
} }
