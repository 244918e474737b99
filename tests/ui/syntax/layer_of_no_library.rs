//! A layer that nothing here is like, written as other libraries write theirs.

use plumbline::prelude::*;

network! {
    pub Classifier: [784] -> [10] {
        hidden: Transformer(128);
        logits: dense(10);
    }
}

fn main() {}
