//! Options that a transposed convolution does not have, or must have.

use plumbline::prelude::*;

network! {
    pub Same: [16, 4, 4] -> [3, 4, 4] {
        up: conv_transpose2d(3, kernel = 3, padding = same);
    }

    pub NoKernel: [16, 4, 4] -> [3, 8, 8] {
        up: conv_transpose2d(3, stride = 2);
    }

    pub Dilated: [16, 4, 4] -> [3, 8, 8] {
        up: conv_transpose2d(3, kernel = 3, dilation = 2);
    }

    pub Unnamed: [16, 4, 4] -> [3, 8, 8] {
        conv_transpose2d(3, kernel = 2, stride = 2);
    }
}

fn main() {}
