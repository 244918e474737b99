//! Energy-based layers without a name.

use plumbline::prelude::*;

network! {
    Digits: [784] -> [500] {
        rbm(500);
    }

    Machine: [8] -> [4] {
        boltzmann(4);
    }

    Memory: [8] -> [8] {
        hopfield;
    }
}

fn main() {}
