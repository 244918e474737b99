//! Channels that do not divide into groups.

use plumbline::prelude::*;

const CHANNELS: usize = 30;

network! {
    pub Grouped: [CHANNELS, 8, 8] -> [32, 6, 6] {
        conv: conv2d(32, kernel = 3, groups = 4), relu;
    }
}

fn main() {}
