//! A free size as other libraries write it.

use plumbline::prelude::*;

network! {
    pub Net: [None, 8] -> [10] {
        last;
        out: dense(10);
    }
}

fn main() {}
