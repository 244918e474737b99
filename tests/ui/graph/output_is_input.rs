//! An output that is an input.

use plumbline::prelude::*;

network! {
    pub Encoder: (image: [784]) -> (image: [784], code: [2]) {
        code: dense(2);
    }
}

fn main() {}
