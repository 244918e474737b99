//! `reshape` and `concat` at sizes for which a network does not fit.

use plumbline::prelude::*;

network! {
    pub Image<N, H>: [N] -> [1, H, H] {
        image: reshape([1, H, H]);
    }

    pub Beside<H, W>: [H, W] -> [2 * H, W] {
        turned: transpose;
        both: concat <- (input, turned);
    }

    pub Net: [30] -> [1, 5, 5] {
        image: Image<30, 5>;
    }

    pub Square: [4, 6] -> [8, 6] {
        beside: Beside<4, 6>;
    }
}

fn main() {}
