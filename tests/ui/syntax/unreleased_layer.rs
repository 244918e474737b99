//! Layers that this release does not have.

use plumbline::prelude::*;

network! {
    pub Features: [784] -> [10] {
        features: hopfield;
        logits: dense(10);
    }
}

fn main() {}
