//! Padding of more than half the window.

use plumbline::prelude::*;

network! {
    pub Small: [8, 8, 8] -> [8, 5, 5] {
        pool: max_pool2d(2, padding = 2);
    }
}

fn main() {}
