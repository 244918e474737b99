//! A probability above 1.

use plumbline::prelude::*;

network! {
    pub Classifier: [784] -> [10] {
        hidden: dense(128), relu, dropout(1.5);
        logits: dense(10);
    }
}

fn main() {}
