//! A sequence whose steps have no known number of features.

use plumbline::prelude::*;

network! {
    pub Turned: [12, _] -> [10] {
        memory: lstm(64);
        last;
        logits: dense(10);
    }

    pub Both: [_, _] -> [10] {
        memory: gru(64);
        last;
        logits: dense(10);
    }
}

fn main() {}
