//! An option given twice.

use plumbline::prelude::*;

network! {
    pub LeNet5: [1, 28, 28] -> [10] {
        conv1: conv2d(6, kernel = 5, stride = 1, kernel = 3), relu;
        flatten;
        logits: dense(10);
    }
}

fn main() {}
