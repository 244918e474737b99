//! A vector for a layer that takes an image.

use plumbline::prelude::*;

network! {
    pub LeNet5: [784] -> [10] {
        conv1: conv2d(6, kernel = 5), relu;
        flatten;
        logits: dense(10);
    }
}

fn main() {}
