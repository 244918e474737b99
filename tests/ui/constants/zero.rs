//! A size of zero.
//!
//! every size is at least 1: mend the constant, or the expression that gives 0.

use plumbline::prelude::*;

const WIDTH: usize = 3;

network! {
    pub Classifier: [784] -> [10] {
        hidden: dense(WIDTH - 3), relu;
        logits: dense(10);
    }
}

fn main() {}
