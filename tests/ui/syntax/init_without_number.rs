//! A distribution without its width.

use plumbline::prelude::*;

network! {
    pub Classifier: [784] -> [10] {
        hidden: dense(128, init = normal), relu;
        logits: dense(10, init = zeros(1.0));
    }
}

fn main() {}
