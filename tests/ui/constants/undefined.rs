//! A constant that there is not.
//!
//! declare it beside the network, `const WIDTH: usize = 128;`, or import it.

use plumbline::prelude::*;

network! {
    pub Classifier: [784] -> [10] {
        hidden: dense(WIDTH), relu;
        more: dense(WIDTH), relu;
        logits: dense(10);
    }
}

fn main() {}
