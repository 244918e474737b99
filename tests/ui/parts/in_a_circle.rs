//! Two networks, each within the other.

use plumbline::prelude::*;

network! {
    pub Hen: [8] -> [8] { egg: Egg; }

    pub Egg: [8] -> [8] { hen: Hen; }
}

fn main() {}
