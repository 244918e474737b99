//! An output that is no node.

use plumbline::prelude::*;

network! {
    pub Encoder: [784] -> (mean: [2], deviation: [2]) {
        hidden: dense(128), relu;
        mean: dense(2) <- hidden;
        log_deviation: dense(2) <- hidden;
    }
}

fn main() {}
