//! A free dimension.

use plumbline::prelude::*;

network! {
    pub Filter: [3, _, _] -> [8, _, _] {
        edges: conv2d(8, kernel = 3, padding = same), relu;
    }
}

fn main() {}
