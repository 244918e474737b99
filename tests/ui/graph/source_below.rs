//! A source below the node that reads it.

use plumbline::prelude::*;

network! {
    pub Residual: [64] -> [64] {
        sum: add <- (input, body);
        body: dense(64), relu;
    }
}

fn main() {}
