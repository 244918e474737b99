//! A shape with the batch axis.

use plumbline::prelude::*;

network! {
    pub LeNet5: [32, 1, 28, 28] -> [10] {
        flatten;
        logits: dense(10);
    }
}

fn main() {}
