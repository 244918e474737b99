//! A softmax in logarithms over an image, after a layer in its node.

use plumbline::prelude::*;

network! {
    pub Segmenter: [3, 8, 8] -> [2, 8, 8] {
        classes: conv2d(2, kernel = 1), log_softmax;
    }
}

fn main() {}
