//! An image over dimension parameters where a vector is taken.

use plumbline::prelude::*;

network! {
    pub Head<C, H, W, N>: [C, H, W] -> [N] {
        conv: conv2d(2 * C, kernel = 3), relu;
        out: dense(N);
    }
}

fn main() {}
