//! An axis that there is not.

use plumbline::prelude::*;

network! {
    pub Joined: [8] -> [16] {
        a: dense(8), relu;
        b: dense(8), relu <- input;
        both: concat(axis = 1) <- (a, b);
    }
}

fn main() {}
