//! A constant that is no `usize`.
//!
//! sizes are of type `usize`: write `const WIDTH: usize = 128;`, or `dense(WIDTH as usize)`.

use plumbline::prelude::*;

const WIDTH: u32 = 128;

network! {
    pub Classifier: [784] -> [10] {
        hidden: dense(WIDTH), relu;
        logits: dense(10);
    }
}

fn main() {}
