//! Two networks of one name.

use plumbline::prelude::*;

network! {
    pub Classifier: [784] -> [10] {
        logits: dense(10);
    }

    pub Classifier: [100] -> [10] {
        logits: dense(10);
    }
}

fn main() {}
