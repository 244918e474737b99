//! A layer under PyTorch's name.

use plumbline::prelude::*;

network! {
    pub LeNet5: [1, 28, 28] -> [10] {
        conv1: Conv2d(6, kernel = 5), relu;
        flatten;
        logits: Linear(10);
    }
}

fn main() {}
