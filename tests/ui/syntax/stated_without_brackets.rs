//! A stated shape without brackets.

use plumbline::prelude::*;

network! {
    pub Classifier: [784] -> [10] {
        hidden: dense(128), relu -> 128;
        logits: dense(10);
    }
}

fn main() {}
