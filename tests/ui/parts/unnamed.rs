//! A part without a name, and two in one node.

use plumbline::prelude::*;

network! {
    pub Block: [8] -> [8] { hidden: dense(8), relu; }

    pub Net: [8] -> [8] {
        Block;
        two: Block, Block;
    }
}

fn main() {}
