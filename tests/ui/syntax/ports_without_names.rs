//! A single shape in parentheses, with the batch.

use plumbline::prelude::*;

network! {
    pub Classifier: (batch, 784) -> [10] {
        logits: dense(10);
    }
}

fn main() {}
