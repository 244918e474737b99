//! A draw from a normal distribution, within the chain of a node.

use plumbline::prelude::*;

network! {
    pub Vae: [784] -> [784] {
        code: dense(20), sample;
        reconstruction: dense(784);
    }
}

fn main() {}
