//! A node gives another shape than it states.

use plumbline::prelude::*;

network! {
    pub Pooled: [16, 10, 10] -> [16, 5, 5] {
        pool2: max_pool2d(2) -> [16, 4, 4];
    }
}

fn main() {}
