//! Dimension parameters with their type, as Rust writes them.

use plumbline::prelude::*;

network! {
    pub Const<const N: usize>: [N] -> [4] {
        out: dense(4);
    }

    pub Typed<N: usize, M>: [N] -> [M] {
        out: dense(M);
    }
}

fn main() {}
