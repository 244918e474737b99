//! A source without a name of its own.

use plumbline::prelude::*;

network! {
    pub Twin: [1, 28, 28] -> [20] {
        flatten;
        left: dense(10);
        right: dense(10) <- flatten;
        both: concat <- (left, right);
    }
}

fn main() {}
