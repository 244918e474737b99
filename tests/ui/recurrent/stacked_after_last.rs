//! Recurrent layers one after the other, with the last step alone between them.

use plumbline::prelude::*;

network! {
    pub Stack: [28, 28] -> [10] {
        first: lstm(64);
        end: last;
        second: lstm(64);
        last;
        logits: dense(10);
    }
}

fn main() {}
