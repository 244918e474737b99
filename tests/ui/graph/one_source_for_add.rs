//! One source for a layer that takes several.

use plumbline::prelude::*;

network! {
    pub Residual: [64] -> [64] {
        body: dense(64), relu;
        sum: add;
    }
}

fn main() {}
