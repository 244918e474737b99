//! An option with a slip in its name.

use plumbline::prelude::*;

network! {
    pub LeNet5: [1, 28, 28] -> [10] {
        conv1: conv2d(6, kernal = 5), relu;
        flatten;
        logits: dense(10, activation = relu);
    }
}

fn main() {}
