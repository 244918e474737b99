//! A power below 1, a width of 0, and windows that do not fit or hold padding alone, as constants.

use plumbline::prelude::*;

const P: f64 = 0.5;
const SIGMA: f64 = 0.0;
const LONG: usize = 7;
const PADDING: usize = 2;

network! {
    pub Power: [3, 28, 28] -> [3, 14, 14] {
        lp_pool2d(2, p = P);
    }

    pub Width: [3, 28] -> [3, 14] {
        weighted_avg_pool1d(2, sigma = SIGMA);
    }

    pub Long: [3, 5] -> [3, 1] {
        weighted_avg_pool1d(LONG);
    }

    pub Padding: [3, 5, 5] -> [3, 2, 2] {
        lp_pool2d(3, padding = PADDING);
    }
}

fn main() {}
