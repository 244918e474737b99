//! Several inputs and no word on which the first node takes.

use plumbline::prelude::*;

network! {
    pub Joined: (left: [8], right: [8]) -> [4] {
        hidden: dense(16), relu;
        both: concat <- (hidden, right);
        out: dense(4);
    }
}

fn main() {}
