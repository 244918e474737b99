//! A network with another number of dimensions than it declares.

use plumbline::prelude::*;

network! {
    pub Residual<C, H, W>: [C, H, W] -> [C, H, W] {
        c1: conv2d(C, kernel = 3, padding = 1), relu;
    }

    pub Plain: [16, 28, 28] -> [16, 28, 28] {
        c1: conv2d(16, kernel = 3, padding = 1), relu;
    }

    pub Net: [16, 28, 28] -> [16, 28, 28] {
        block: Residual<16, 28>;
        plain: Plain<16> <- input;
        sum: add <- (block, plain);
    }
}

fn main() {}
