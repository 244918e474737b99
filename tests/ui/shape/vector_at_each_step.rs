//! A vector for a layer that takes rows.

use plumbline::prelude::*;

network! {
    pub Tagger: [64] -> [10] {
        tags: dense(10, each_step = true);
    }
}

fn main() {}
