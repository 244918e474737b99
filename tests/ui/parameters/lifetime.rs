//! A lifetime among the dimension parameters.

use plumbline::prelude::*;

network! {
    pub Net<'a, N>: [N] -> [10] { out: dense(10); }
}

fn main() {}
