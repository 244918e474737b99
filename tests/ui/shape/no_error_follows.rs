//! What follows a fault has none of its own.

use plumbline::prelude::*;

network! {
    pub LeNet5: [1, 28, 28] -> [10] {
        conv1: conv2d(6, kernel = 29), relu;
        pool1: max_pool2d(2);
        conv2: conv2d(16, kernel = 5), relu;
        flatten;
        fc1: dense(120), relu;
        fc2: dense(120), relu <- flat;
        sum: add <- (fc1, fc2);
        logits: dense(10) -> [10];
    }
}

fn main() {}
