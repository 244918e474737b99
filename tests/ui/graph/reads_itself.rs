//! A node that reads itself.

use plumbline::prelude::*;

network! {
    pub Classifier: [784] -> [10] {
        hidden: dense(128), relu <- hidden;
        logits: dense(10);
    }
}

fn main() {}
