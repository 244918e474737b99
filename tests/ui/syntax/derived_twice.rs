//! Traits derived that every network derives.

use plumbline::prelude::*;

network! {
    #[derive(Clone, Debug, PartialEq)]
    pub Net: [3] -> [10] { out: dense(10); }
}

fn main() {}
