//! A network in itself.

use plumbline::prelude::*;

network! {
    pub Tree: [64] -> [64] {
        left: dense(64), relu;
        rest: Tree;
    }
}

fn main() {}
