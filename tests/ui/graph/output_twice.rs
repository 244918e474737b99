//! One output declared twice.

use plumbline::prelude::*;

network! {
    pub Net: [3] -> (scores: [10], scores: [10]) { scores: dense(10); }
}

fn main() {}
