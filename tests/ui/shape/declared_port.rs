//! One of several outputs is another than declared.

use plumbline::prelude::*;

network! {
    pub Encoder: [784] -> (mean: [2], deviation: [3]) {
        hidden: dense(128), relu;
        mean: dense(2) <- hidden;
        deviation: dense(2), softplus <- hidden;
    }
}

fn main() {}
