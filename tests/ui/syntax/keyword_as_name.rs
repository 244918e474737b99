//! A keyword of Rust as a name.

use plumbline::prelude::*;

network! {
    pub Classifier: [784] -> [10] {
        loop: dense(128), relu;
        type: dense(10);
    }
}

fn main() {}
