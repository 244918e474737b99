//! The same mistakes in sizes that are constants.

use plumbline::prelude::*;

const STRIDE: usize = 2;
const SIDE: usize = 1;

network! {
    pub OutputPadding: [16, 4, 4] -> [3, 10, 10] {
        up: conv_transpose2d(3, kernel = 2, stride = STRIDE, output_padding = 2);
    }

    pub Padding: [16, SIDE, SIDE] -> [3, 1, 1] {
        up: conv_transpose2d(3, kernel = 3, stride = 2, padding = 2);
    }

    pub Declared: [16, 4, 4] -> [3, 8, 8] {
        up: conv_transpose2d(3, kernel = 3, stride = STRIDE);
    }
}

fn main() {}
