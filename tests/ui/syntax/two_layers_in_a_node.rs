//! Two layers with parameters in one node.

use plumbline::prelude::*;

network! {
    pub Classifier: [784] -> [10] {
        hidden: dense(128), relu, dense(64), relu;
        logits: dense(10);
    }
}

fn main() {}
