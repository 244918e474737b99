//! Rows of another number of levels than the softmax units of an `rbm` have, and the levels in the wrong axis.

use plumbline::prelude::*;

network! {
    Ratings: [100, 4] -> [20] {
        rbm: rbm(20, visible = softmax(5));
    }

    Turned: [5, 100] -> [20] {
        rbm: rbm(20, visible = softmax(5));
    }
}

fn main() {}
