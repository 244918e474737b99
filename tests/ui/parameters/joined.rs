//! Sources that are never equal but for the axis that they are joined along.

use plumbline::prelude::*;

network! {
    pub Inception<C, H>: [C, H, H] -> [2 * C, H, H] {
        three: conv2d(C, kernel = 3), relu;
        both: concat <- (three, input);
    }
}

fn main() {}
