//! The same mistakes with named constants.

use plumbline::prelude::*;

const ITEMS: usize = 100;
const LEVELS: usize = 5;
const FOUR: usize = 4;
const NONE: usize = 0;
const ONE: usize = 1;

network! {
    Ratings: [ITEMS, FOUR] -> [20] {
        rbm: rbm(20, visible = softmax(LEVELS));
    }

    Inside: [ITEMS, 8] -> [20] {
        levels: dense(FOUR, each_step = true), softmax;
        rbm: rbm(20, visible = softmax(LEVELS));
    }

    Vector: [ITEMS] -> [20] {
        rbm: rbm(20, visible = softmax(LEVELS));
    }

    Image: [1, ITEMS, ITEMS] -> [20] {
        rbm: rbm(20);
    }

    Units: [ITEMS] -> [NONE + 1] {
        rbm: rbm(NONE);
    }

    One: [ITEMS, ONE] -> [20] {
        rbm: rbm(20, visible = softmax(ONE));
    }

    Output: [ITEMS] -> [FOUR] {
        machine: boltzmann(LEVELS);
    }
}

fn main() {}
