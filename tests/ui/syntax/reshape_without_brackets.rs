//! `reshape` without the brackets of a shape.

use plumbline::prelude::*;

network! {
    pub Decoder: [784] -> [1, 28, 28] {
        image: reshape(1, 28, 28);
    }
}

fn main() {}
