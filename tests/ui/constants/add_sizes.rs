//! Vectors of different sizes, added.

use plumbline::prelude::*;

const WIDTH: usize = 7;

network! {
    pub Residual: [64] -> [7] {
        a: dense(WIDTH), relu;
        b: dense(6), relu <- input;
        sum: add <- (a, b);
    }
}

fn main() {}
