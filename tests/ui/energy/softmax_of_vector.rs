//! A vector, or an image, for an `rbm` with softmax units.

use plumbline::prelude::*;

network! {
    Digits: [784] -> [500] {
        rbm: rbm(500, visible = softmax(5));
    }

    Even: [200] -> [20] {
        rbm: rbm(20, visible = softmax(5));
    }

    Image: [1, 28, 28] -> [20] {
        rbm: rbm(20, visible = softmax(4));
    }
}

fn main() {}
