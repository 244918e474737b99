//! A dilation that spans more than the input.

use plumbline::prelude::*;

network! {
    pub Dilated: [1, 9, 9] -> [4, 1, 1] {
        conv: conv2d(4, kernel = 3, dilation = 5), relu;
    }
}

fn main() {}
