//! Vectors and images for convolutions over signals, and what does not fit a signal.

use plumbline::prelude::*;

network! {
    pub Vector: [256] -> [4, 252] {
        c1: conv1d(4, kernel = 5);
    }

    pub Image: [3, 28, 28] -> [4, 26] {
        c1: conv1d(4, kernel = 3);
    }

    pub Signal: [3, 28] -> [4, 26] {
        c1: conv2d(4, kernel = 3);
    }

    pub Long: [3, 5] -> [4, 1] {
        c1: conv1d(4, kernel = 7);
    }

    pub Dilated: [3, 5] -> [4, 1] {
        c1: conv1d(4, kernel = 4, dilation = 2);
    }

    pub Grouped: [3, 5] -> [4, 3] {
        c1: conv1d(4, kernel = 3, groups = 2);
    }

    pub Same: [3, 5] -> [4, 3] {
        c1: conv1d(4, kernel = 3, stride = 2, padding = same);
    }

    pub Behind: [3, 5] -> [4, 11] {
        up: conv_transpose1d(4, kernel = 2, stride = 2, output_padding = 2);
    }

    pub Removed: [3, 2] -> [4, 1] {
        up: conv_transpose1d(4, kernel = 2, padding = 2);
    }
}

fn main() {}
