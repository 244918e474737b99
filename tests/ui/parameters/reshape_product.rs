//! `reshape` to another number of elements, whatever the dimension parameters are.

use plumbline::prelude::*;

network! {
    pub Fold<C, H>: [C, H] -> [2, C, H] {
        reshape([2, C, H]);
    }
}

fn main() {}
