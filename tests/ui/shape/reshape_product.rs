//! Another number of elements.

use plumbline::prelude::*;

network! {
    pub Decoder: [16] -> [16, 5, 4] {
        fc: dense(400), relu;
        image: reshape([16, 5, 4]);
    }
}

fn main() {}
