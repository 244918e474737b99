//! An argument without a name after an option.

use plumbline::prelude::*;

network! {
    pub LeNet5: [1, 28, 28] -> [10] {
        conv1: conv2d(kernel = 5, 6), relu;
        flatten;
        logits: dense(10);
    }
}

fn main() {}
