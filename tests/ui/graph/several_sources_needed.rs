//! One source, or none, for each layer that takes several.

use plumbline::prelude::*;

network! {
    pub Joined: [8] -> [8] {
        a: dense(8), relu;
        both: concat <- a;
    }

    pub Gated: [8] -> [8] {
        a: dense(8), sigmoid, multiply;
    }

    pub Summed: [8] -> [8] {
        a: dense(8), relu;
        sum: add;
    }
}

fn main() {}
