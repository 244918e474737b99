//! A layer with a slip in its name.

use plumbline::prelude::*;

network! {
    pub Classifier: [784] -> [10] {
        hidden: dens(128), relu;
        logits: dense(10);
    }
}

fn main() {}
