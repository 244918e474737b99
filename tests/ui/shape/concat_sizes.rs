//! Images of different sizes, one after the other.

use plumbline::prelude::*;

network! {
    pub Inception: [16, 14, 14] -> [32, 14, 14] {
        one: conv2d(16, kernel = 1), relu;
        three: conv2d(16, kernel = 3), relu <- input;
        both: concat <- (one, three);
    }
}

fn main() {}
