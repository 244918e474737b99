//! `padding = same` with a stride.

use plumbline::prelude::*;

const STRIDE: usize = 2;

network! {
    pub Down: [3, 32, 32] -> [8, 32, 32] {
        conv: conv2d(8, kernel = 3, stride = STRIDE, padding = same), relu;
    }
}

fn main() {}
