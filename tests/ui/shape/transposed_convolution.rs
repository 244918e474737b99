//! Sizes that do not meet in transposed convolutions.

use plumbline::prelude::*;

network! {
    pub OfVector: [16] -> [3, 8, 8] {
        up: conv_transpose2d(3, kernel = 2, stride = 2);
    }

    pub OutputPadding: [16, 4, 4] -> [3, 9, 9] {
        up: conv_transpose2d(3, kernel = 2, stride = 2, output_padding = 2);
    }

    pub Padding: [16, 1, 2] -> [3, 1, 1] {
        up: conv_transpose2d(3, kernel = 3, stride = 2, padding = 2);
    }

    pub Groups: [16, 4, 4] -> [6, 8, 8] {
        up: conv_transpose2d(6, kernel = 2, stride = 2, groups = 4);
    }

    pub Declared: [16, 4, 4] -> [3, 8, 8] {
        up: conv_transpose2d(3, kernel = 3, stride = 2);
    }
}

fn main() {}
