//! A vector after an image.

use plumbline::prelude::*;

network! {
    pub Joined: [1, 8, 8] -> [74] {
        flat: flatten;
        image: conv2d(4, kernel = 3) <- input;
        both: concat <- (flat, image);
    }
}

fn main() {}
