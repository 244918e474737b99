//! Output channels that do not divide into groups.

use plumbline::prelude::*;

network! {
    pub Grouped: [32, 8, 8] -> [30, 6, 6] {
        conv: conv2d(30, kernel = 3, groups = 4), relu;
    }
}

fn main() {}
