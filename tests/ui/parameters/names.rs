//! Dimension parameters that are declared twice, or not capitalized.

use plumbline::prelude::*;

network! {
    pub Net<C, C>: [C] -> [10] { out: dense(10); }

    pub Other<n>: [n] -> [10] { out: dense(10); }
}

fn main() {}
