//! A size of an energy-based layer that only the running program knows.

use plumbline::prelude::*;

network! {
    Vector: [_] -> [20] {
        rbm: rbm(20);
    }

    Ratings: [_, 5] -> [20] {
        rbm: rbm(20, visible = softmax(5));
    }

    Levels: [100, _] -> [20] {
        rbm: rbm(20, visible = softmax(5));
    }

    Memory: [_] -> [_] {
        memory: hopfield;
    }

    Image: [3, _, _] -> [20] {
        rbm: rbm(20);
    }
}

fn main() {}
