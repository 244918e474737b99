//! An image for an `rbm`, a `boltzmann` and a `hopfield`.

use plumbline::prelude::*;

network! {
    Digits: [1, 28, 28] -> [500] {
        rbm: rbm(500);
    }

    Machine: [1, 4, 4] -> [10] {
        machine: boltzmann(10);
    }

    Memory: [1, 8, 8] -> [64] {
        memory: hopfield;
    }
}

fn main() {}
