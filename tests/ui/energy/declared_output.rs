//! Another number of units than the network is declared to give.

use plumbline::prelude::*;

network! {
    Digits: [784] -> [100] {
        rbm: rbm(500);
    }

    Machine: [8] -> [4] {
        machine: boltzmann(3);
    }

    Memory: [8] -> [4] {
        memory: hopfield;
    }
}

fn main() {}
