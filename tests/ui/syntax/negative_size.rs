//! A negative number of outputs.
//!
//! a layer has a whole number of outputs from 1 up: `dense(128)`.

use plumbline::prelude::*;

network! {
    pub Classifier: [784] -> [10] {
        hidden: dense(-128), relu;
        logits: dense(10);
    }
}

fn main() {}
