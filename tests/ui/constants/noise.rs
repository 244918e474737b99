//! Constants that are no standard deviation and no probability.

use plumbline::prelude::*;

const SD: f64 = -0.5;
const PERCENT: f64 = 30.0;

network! {
    pub Noisy: [9] -> [9] {
        gaussian_noise(SD);
        salt_and_pepper(PERCENT);
    }
}

fn main() {}
