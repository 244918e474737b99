//! An expression that has no value.

use plumbline::prelude::*;

network! {
    pub Classifier: [784 / 0] -> [10] {
        logits: dense(10);
    }
}

fn main() {}
