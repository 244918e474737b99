//! Faults of both kinds come together.

use plumbline::prelude::*;

const WIDTH: usize = 7;

network! {
    pub Classifier: [784] -> [10] {
        a: dense(WIDTH), relu;
        b: dense(6), relu <- input;
        sum: add <- (a, b);
        logits: dense(11);
    }
}

fn main() {}
