//! Dimension parameters that are declared twice, not capitalized, or called as the element is.

use plumbline::prelude::*;

network! {
    pub Net<C, C>: [C] -> [10] { out: dense(10); }

    pub Other<n>: [n] -> [10] { out: dense(10); }

    pub Third<E>: [E] -> [10] { out: dense(10); }
}

fn main() {}
