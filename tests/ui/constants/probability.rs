//! A probability above 1.

use plumbline::prelude::*;

const DROPPED: f64 = 1.5;

network! {
    pub Classifier: [784] -> [10] {
        hidden: dense(128), relu, dropout(DROPPED);
        logits: dense(10);
    }
}

fn main() {}
