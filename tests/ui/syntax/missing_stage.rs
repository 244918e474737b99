//! A name without a layer.

use plumbline::prelude::*;

network! {
    pub Classifier: [784] -> [10] {
        hidden: ;
        logits: dense(10);
    }
}

fn main() {}
