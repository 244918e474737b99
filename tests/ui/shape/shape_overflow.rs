//! An input with more elements than fit.

use plumbline::prelude::*;

network! {
    pub Huge: [3, 100000, 100000] -> [10] {
        flatten;
        out: dense(10);
    }
}

fn main() {}
