//! A kernel with more axes than an image has.

use plumbline::prelude::*;

network! {
    pub LeNet5: [1, 28, 28] -> [10] {
        conv1: conv2d(6, kernel = [5, 5, 1]), relu;
        flatten;
        logits: dense(10);
    }
}

fn main() {}
