//! Several inputs without names.

use plumbline::prelude::*;

network! {
    pub Joined: ([8], [8]) -> [16] {
        both: concat <- (a, b);
    }
}

fn main() {}
