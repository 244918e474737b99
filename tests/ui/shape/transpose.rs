//! What has not two axes has no transpose.

use plumbline::prelude::*;

network! {
    pub Image: [1, 28, 14] -> [14, 28] {
        transpose;
    }

    pub Images: [3, 28, 14] -> [3, 14, 28] {
        transpose;
    }

    pub Vector: [28] -> [28] {
        transpose;
    }

    pub Declared: [28, 14] -> [28, 14] {
        turned: transpose;
    }
}

fn main() {}
