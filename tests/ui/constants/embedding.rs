//! Sizes of `embedding` that the compiler finds wrong.

use plumbline::prelude::*;

const VOCABULARY: usize = 0;
const WIDTH: usize = 4;

network! {
    pub Empty: [6] -> [6, 4] {
        words: embedding(VOCABULARY, 4);
    }

    pub Declared: [6] -> [6, 5] {
        words: embedding(100, WIDTH);
    }
}

fn main() {}
