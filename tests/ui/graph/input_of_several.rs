//! `input` where there are several.

use plumbline::prelude::*;

network! {
    pub Joined: (left: [8], right: [8]) -> [4] {
        both: concat <- (input, right);
        out: dense(4);
    }
}

fn main() {}
