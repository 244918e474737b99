//! An option for a layer without any.

use plumbline::prelude::*;

network! {
    pub Classifier: [784] -> [10] {
        flatten(start = 1);
        logits: dense(10);
    }
}

fn main() {}
