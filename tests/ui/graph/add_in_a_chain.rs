//! A layer that takes several sources in a chain.

use plumbline::prelude::*;

network! {
    pub Residual: [64] -> [64] {
        body: dense(64), add, relu;
    }
}

fn main() {}
