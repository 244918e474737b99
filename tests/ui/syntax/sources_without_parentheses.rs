//! Several sources without parentheses.

use plumbline::prelude::*;

network! {
    pub Classifier: [784] -> [10] {
        a: dense(10);
        b: dense(10) <- input;
        sum: add <- a, b;
    }
}

fn main() {}
