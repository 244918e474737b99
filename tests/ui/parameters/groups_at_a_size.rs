//! Groups that do not divide the channels for which a network is used.
//!
//! Use it with a number of channels that 4 divides.

use plumbline::prelude::*;

network! {
    pub Grouped<C, H>: [C, H, H] -> [C, H, H] {
        conv: conv2d(C, kernel = 3, padding = 1, groups = 4), relu;
    }

    pub Net: [6, 8, 8] -> [6, 8, 8] {
        block: Grouped<6, 8>;
    }
}

fn main() {}
