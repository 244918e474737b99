//! A kernel larger than its input.

use plumbline::prelude::*;

network! {
    pub LeNet5: [1, 28, 28] -> [10] {
        conv1: conv2d(6, kernel = 5), relu;
        pool1: max_pool2d(2);
        pool2: max_pool2d(2);
        conv2: conv2d(16, kernel = 7), relu;
        flatten;
        logits: dense(10);
    }
}

fn main() {}
