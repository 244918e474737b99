//! A softmax over an image.

use plumbline::prelude::*;

network! {
    pub Attention: [4, 8, 8] -> [256] {
        map: softmax;
        flatten;
    }
}

fn main() {}
