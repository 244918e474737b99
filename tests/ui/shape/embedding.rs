//! An image of indices, and rows that are too many.

use plumbline::prelude::*;

network! {
    pub Image: [1, 6, 6] -> [36, 4] {
        words: embedding(100, 4);
    }

    pub Huge: [6] -> [6, 100000] {
        words: embedding(1000000000, 100000);
    }

    pub Declared: [6] -> [6, 5] {
        words: embedding(100, 4);
    }
}

fn main() {}
