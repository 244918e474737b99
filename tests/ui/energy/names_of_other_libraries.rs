//! Energy-based layers under the names that other libraries and books have for them.

use plumbline::prelude::*;

network! {
    Digits: [784] -> [500] { rbm: bernoulli_rbm(500); }
    Spelt: [784] -> [500] { rbm: BernoulliRBM(500); }
    Long: [784] -> [500] { rbm: restricted_boltzmann_machine(500); }
    Real: [64] -> [500] { rbm: gaussian_rbm(500); }
    Machine: [8] -> [4] { machine: boltzmann_machine(4); }
    Memory: [8] -> [8] { memory: hopfield_network; }
    Slip: [8] -> [8] { memory: hopfeild; }
}

fn main() {}
