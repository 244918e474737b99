//! Another output than declared.

use plumbline::prelude::*;

const CLASSES: usize = 12;

network! {
    pub Classifier: [784] -> [CLASSES] {
        hidden: dense(128), relu;
        logits: dense(10);
    }
}

fn main() {}
