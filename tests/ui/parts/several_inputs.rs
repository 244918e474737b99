//! A part with two inputs.

use plumbline::prelude::*;

network! {
    pub Pair: (left: [4], right: [4]) -> [8] { both: concat <- (left, right); }

    pub Net: [4] -> [8] { pair: Pair; }
}

fn main() {}
