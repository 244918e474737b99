//! No argument where one is needed.

use plumbline::prelude::*;

network! {
    pub Classifier: [784] -> [10] {
        hidden: dense(bias = false), relu;
        dropout;
        logits: dense(10);
    }
}

fn main() {}
