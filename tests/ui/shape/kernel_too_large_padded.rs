//! A kernel larger than its input with padding.

use plumbline::prelude::*;

network! {
    pub Deep: [8, 4, 4] -> [8, 1, 1] {
        conv: conv2d(8, kernel = 9, padding = 2), relu;
    }
}

fn main() {}
