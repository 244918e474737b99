//! A part from another module that gives another shape than its node states.

use plumbline::prelude::*;

mod block {
    use plumbline::prelude::*;

    network! {
        pub Block: [16, 28, 28] -> [16, 14, 14] { conv: conv2d(16, kernel = 3, padding = 1, stride = 2), relu; }
    }
}

network! {
    pub Net: [16, 28, 28] -> [10] {
        first: block::Block -> [16, 7, 7];
        flatten;
        out: dense(10);
    }
}

fn main() {}
