//! `add` of shapes over dimension parameters that are never equal.

use plumbline::prelude::*;

network! {
    pub Residual<C, H, W>: [C, H, W] -> [C, H, W] {
        c1: conv2d(C, kernel = 3), relu;
        sum: add <- (c1, input);
    }
}

fn main() {}
