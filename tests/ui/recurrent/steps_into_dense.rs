//! All steps of a sequence where a dense layer takes a vector.

use plumbline::prelude::*;

network! {
    pub Classifier: [28, 28] -> [10] {
        memory: lstm(64);
        logits: dense(10);
    }

    pub Reader: [_, 28] -> [10] {
        memory: gru(64), dropout(0.5);
        logits: dense(10);
    }
}

fn main() {}
