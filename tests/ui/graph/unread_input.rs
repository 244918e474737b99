//! An input that nothing reads.

use plumbline::prelude::*;

network! {
    pub Conditional: (image: [784], label: [10]) -> [1] {
        hidden: dense(128), relu <- image;
        score: dense(1), sigmoid;
    }
}

fn main() {}
