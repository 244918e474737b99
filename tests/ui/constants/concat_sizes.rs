//! Images of different sizes, one after the other.

use plumbline::prelude::*;

const SIDE: usize = 14;

network! {
    pub Inception: [16, SIDE, SIDE] -> [32, SIDE, SIDE] {
        one: conv2d(16, kernel = 1), relu;
        three: conv2d(16, kernel = 3), relu <- input;
        both: concat <- (one, three);
    }
}

fn main() {}
