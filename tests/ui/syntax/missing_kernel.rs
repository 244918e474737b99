//! A convolution without a kernel.

use plumbline::prelude::*;

network! {
    pub LeNet5: [1, 28, 28] -> [10] {
        conv1: conv2d(6), relu;
        flatten;
        logits: dense(10);
    }
}

fn main() {}
