//! A network without a name.

use plumbline::prelude::*;

network! {
    pub: [784] -> [10] {
        logits: dense(10);
    }
}

fn main() {}
