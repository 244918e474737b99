//! A number in quotes.

use plumbline::prelude::*;

network! {
    pub LeNet5: [1, 28, 28] -> [10] {
        conv1: conv2d(6, kernel = "5"), relu;
        flatten;
        logits: dense(10);
    }
}

fn main() {}
