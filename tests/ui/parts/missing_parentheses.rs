//! Parentheses forgotten around the inputs of a part, which other networks hold.

use plumbline::prelude::*;

network! {
    Pair: left: [4], right: [4] -> [8] { both: concat <- (left, right); }

    Empty: [] -> [8] { out: dense(8); }

    pub Net: [4] -> [8] { pair: Pair; }

    pub Other: [4] -> [8] { empty: Empty; }
}

fn main() {
    let _ = (Net::new(1), Other::new(1));
}
