//! An image for a layer that takes a vector.

use plumbline::prelude::*;

const SIDE: usize = 28;

network! {
    pub LeNet5: [1, SIDE, SIDE] -> [10] {
        pool1: max_pool2d(2);
        logits: dense(10);
    }
}

fn main() {}
