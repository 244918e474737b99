//! Rows for a layer that takes a vector.

use plumbline::prelude::*;

network! {
    pub Tagger: [20, 64] -> [20, 10] {
        hidden: dense(32), relu;
        tags: dense(10);
    }
}

fn main() {}
