//! Exact sums over the states of a generic network's machine, at sizes too large for them, and of a Boltzmann machine.
//!
//! estimate ln Z with `log_partition_ais` for an `rbm`; for a `boltzmann`, bound it with `mean_field`.

use plumbline::prelude::*;

const UNITS: usize = 20;

network! {
    pub Any<I, N>: [I] -> [N] { rbm: rbm(N); }
    Constants: [2 * UNITS] -> [UNITS + 5] { rbm: rbm(UNITS + 5); }
    Machine: [16] -> [UNITS] { machine: boltzmann(UNITS); }
}

fn main() {
    println!("{}", Any::<784, 12>::new(1).rbm.log_partition_exact());
    println!("{}", Any::<784, 25>::new(1).rbm.log_partition_exact());
    println!("{}", Constants::new(1).rbm.log_partition_exact());
    println!("{}", Machine::new(1).machine.log_partition_exact());
    println!("{}", Machine::new(1).machine.log_likelihood_exact(&Batch::zeros(3)));
}
