//! An output without a shape.

use plumbline::prelude::*;

network! {
    pub Net: [3] -> () { out: dense(10); }
}

fn main() {}
