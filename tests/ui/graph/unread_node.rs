//! A node that nothing reads.

use plumbline::prelude::*;

network! {
    pub Classifier: [784] -> [10] {
        hidden: dense(128), relu;
        logits: dense(10) <- input;
    }
}

fn main() {}
