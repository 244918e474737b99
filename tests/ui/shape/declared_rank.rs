//! An output of another rank than declared.

use plumbline::prelude::*;

network! {
    pub Features: [1, 28, 28] -> [4704] {
        conv1: conv2d(6, kernel = 5, padding = 2), relu;
    }
}

fn main() {}
