//! Another network as a layer.

use plumbline::prelude::*;

network! {
    pub Classifier: [784] -> [10] {
        encoder: Encoder;
        logits: dense(10);
    }
}

fn main() {}
