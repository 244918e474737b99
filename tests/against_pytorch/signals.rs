//! The layers over signals.

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
