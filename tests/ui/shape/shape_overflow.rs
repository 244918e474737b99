//! An input with more elements than fit.
//!
//! a sample of more than 2³² elements fits no memory: give smaller pieces or fewer pixels to the network.

use plumbline::prelude::*;

network! {
    pub Huge: [3, 100000, 100000] -> [10] {
        flatten;
        out: dense(10);
    }
}

fn main() {}
