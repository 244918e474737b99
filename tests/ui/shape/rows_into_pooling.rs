//! A matrix for a layer that takes an image.

use plumbline::prelude::*;

network! {
    pub Small: [28, 28] -> [196] {
        pool: max_pool2d(2);
        flatten;
    }
}

fn main() {}
