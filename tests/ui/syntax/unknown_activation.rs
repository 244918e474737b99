//! An activation with a slip in its name.

use plumbline::prelude::*;

network! {
    pub Classifier: [784] -> [10] {
        hidden: dense(128), rleu;
        logits: dense(10), sotfmax;
    }
}

fn main() {}
