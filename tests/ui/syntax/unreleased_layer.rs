//! Layers that this release does not have.

use plumbline::prelude::*;

network! {
    pub Tagger: [20, 64] -> [20, 10] {
        steps: lstm(128);
        tags: dense(10, each_step = true);
    }
}

fn main() {}
