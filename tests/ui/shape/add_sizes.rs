//! Vectors of different sizes, added.

use plumbline::prelude::*;

network! {
    pub Residual: [64] -> [64] {
        fc1: dense(64), relu;
        fc2: dense(32), relu <- input;
        sum: add <- (fc1, fc2);
    }
}

fn main() {}
