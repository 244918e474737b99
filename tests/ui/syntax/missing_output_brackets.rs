//! An output shape without brackets.

use plumbline::prelude::*;

network! {
    pub Classifier: [784] -> 10 {
        hidden: dense(128), relu;
        logits: dense(10);
    }
}

fn main() {}
