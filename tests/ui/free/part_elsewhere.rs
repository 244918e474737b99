//! A part with free dimensions from another `network!`, in a network of known sizes.

use plumbline::prelude::*;

mod blocks {
    use plumbline::prelude::*;

    network! {
        pub Block<C>: [C, _, _] -> [C, _, _] {
            conv: conv2d(C, kernel = 3, padding = same), relu;
        }
    }
}

network! {
    pub Fixed: [4, 8, 8] -> [4, 8, 8] {
        block: blocks::Block<4> -> [4, 8, 8];
    }

    pub Other: [4, _, _] -> [3, _, _] {
        block: blocks::Block<4>;
    }
}

fn main() {}
