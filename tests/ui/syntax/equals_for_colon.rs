//! `=` after the name of a node.

use plumbline::prelude::*;

network! {
    pub Classifier: [784] -> [10] {
        hidden = dense(128), relu;
        logits: dense(10);
    }
}

fn main() {}
