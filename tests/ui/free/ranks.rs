//! Layers that do not fit whatever the sizes are.

use plumbline::prelude::*;

network! {
    pub Image: [3, _, _] -> [10] {
        out: dense(10);
    }

    pub Narrow: [1, _, 4] -> [2, _, 1] {
        conv: conv2d(2, kernel = 5);
    }

    pub Ways: [1, _, _] -> [2, _, _] {
        left: conv2d(2, kernel = 3);
        right: conv2d(2, kernel = 5) <- input;
        sum: add <- (left, right);
    }

    pub Groups: [3, _, _] -> [4, _, _] {
        conv: conv2d(4, kernel = 1, groups = 2);
    }
}

fn main() {}
