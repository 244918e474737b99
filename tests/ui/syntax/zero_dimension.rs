//! A dimension of zero.

use plumbline::prelude::*;

network! {
    pub Classifier: [0] -> [10] {
        hidden: dense(0), relu;
        logits: dense(10);
    }
}

fn main() {}
