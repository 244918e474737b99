//! A declared output over dimension parameters that is not what comes out.

use plumbline::prelude::*;

network! {
    pub Down<C, H, W>: [C, H, W] -> [C, H / 2, W / 2] {
        pool: max_pool2d(2);
        widen: conv2d(2 * C, kernel = 1), relu;
    }
}

fn main() {}
