//! A doc comment behind the last node.

use plumbline::prelude::*;

network! {
    pub Net: [3] -> [10] {
        hidden: dense(4), relu;
        out: dense(10);
        /// The scores.
    }
}

fn main() {}
