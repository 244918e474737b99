//! Dimension parameters that must be equal, used with unequal ones.
//!
//! Use one parameter for both, or equal numbers.

use plumbline::prelude::*;

network! {
    pub Gate<N, M>: (left: [N], right: [M]) -> [N] {
        a: dense(N), sigmoid <- left;
        product: multiply <- (a, right);
    }

    pub Square<H, W>: [H, W] -> [H, H] {
        turned: transpose;
        product: multiply <- (turned, input);
    }

    pub Net: [4, 6] -> [16] {
        square: Square<4, 6>;
        flatten;
    }
}

fn main() {}
