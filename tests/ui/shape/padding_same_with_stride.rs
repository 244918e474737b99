//! `padding = same` with a stride.

use plumbline::prelude::*;

network! {
    pub Down: [3, 32, 32] -> [8, 16, 16] {
        conv: conv2d(8, kernel = 3, stride = 2, padding = same), relu;
    }
}

fn main() {}
