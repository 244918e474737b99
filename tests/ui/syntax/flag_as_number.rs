//! A number where `true` or `false` is meant.

use plumbline::prelude::*;

network! {
    pub Classifier: [784] -> [10] {
        hidden: dense(128, bias = 0), relu;
        logits: dense(10, bias = no);
    }
}

fn main() {}
