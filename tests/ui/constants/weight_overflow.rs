//! A weight with more elements than fit.

use plumbline::prelude::*;

const WIDTH: usize = 1_000_000;

network! {
    pub Huge: [WIDTH] -> [10] {
        hidden: dense(WIDTH), relu;
        out: dense(10);
    }
}

fn main() {}
