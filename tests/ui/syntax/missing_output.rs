//! No shape for what the network gives.

use plumbline::prelude::*;

network! {
    pub Classifier: [784] {
        hidden: dense(128), relu;
        logits: dense(10);
    }
}

fn main() {}
