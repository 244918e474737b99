//! Channels that do not divide into groups.

use plumbline::prelude::*;

network! {
    pub Grouped: [30, 8, 8] -> [32, 6, 6] {
        conv: conv2d(32, kernel = 3, groups = 4), relu;
    }
}

fn main() {}
