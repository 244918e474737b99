//! A negative slope.

use plumbline::prelude::*;

network! {
    pub Classifier: [784] -> [10] {
        hidden: dense(128), leaky_relu(-0.1);
        logits: dense(10);
    }
}

fn main() {}
