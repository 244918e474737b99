//! Another number of elements.

use plumbline::prelude::*;

const FEATURES: usize = 400;

network! {
    pub Decoder: [16] -> [16, 5, 4] {
        fc: dense(FEATURES), relu;
        image: reshape([16, 5, 4]);
    }
}

fn main() {}
