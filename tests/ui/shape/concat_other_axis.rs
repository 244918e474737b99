//! Images that differ along another axis than the one that they are joined along, and an axis that images do not have.

use plumbline::prelude::*;

network! {
    pub Wider: [2, 4, 4] -> [2, 4, 6] {
        a: conv2d(2, kernel = [1, 3]), tanh;
        both: concat <- (input, a);
    }

    pub Fourth: [2, 4, 4] -> [4, 4, 4] {
        a: conv2d(2, kernel = 1), tanh;
        both: concat(axis = 3) <- (input, a);
    }
}

fn main() {}
