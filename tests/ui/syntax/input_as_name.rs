//! A node with the name that means the input.

use plumbline::prelude::*;

network! {
    pub Classifier: [784] -> [10] {
        input: dense(128), relu;
        logits: dense(10);
    }
}

fn main() {}
