//! A constant that there is not.

use plumbline::prelude::*;

network! {
    pub Classifier: [784] -> [10] {
        hidden: dense(WIDTH), relu;
        more: dense(WIDTH), relu;
        logits: dense(10);
    }
}

fn main() {}
