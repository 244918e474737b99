//! An argument without a name too many.

use plumbline::prelude::*;

network! {
    pub LeNet5: [1, 28, 28] -> [10] {
        conv1: conv2d(6, 5), relu;
        flatten;
        logits: dense(400, 10);
    }
}

fn main() {}
