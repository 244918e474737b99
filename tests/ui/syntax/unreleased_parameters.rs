//! Dimension parameters.

use plumbline::prelude::*;

network! {
    pub Block<C, H>: [C, H, H] -> [C, H, H] {
        conv: conv2d(C, kernel = 3, padding = 1), relu;
        sum: add <- (conv, input);
    }
}

fn main() {}
