//! A size of zero.

use plumbline::prelude::*;

const WIDTH: usize = 3;

network! {
    pub Classifier: [784] -> [10] {
        hidden: dense(WIDTH - 3), relu;
        logits: dense(10);
    }
}

fn main() {}
