//! A part without a gradient, written in another `network!` than the network around it.
//!
//! Write both in one `network!`: then the network around it has no gradient either, and compiles.

use plumbline::prelude::*;

network! {
    pub Recall: [8] -> [8] { memory: hopfield; }
}

network! {
    pub Machine: [8] -> [4] { units: boltzmann(4); }
}

network! {
    pub Net: [8] -> [4] {
        recall: Recall;
        machine: Machine;
    }
}

fn main() {
    let net = Net::new(1);
    let outputs = net.forward(&Batch::zeros(2));
    let gradients = net.gradients();
    println!("{outputs:?} {gradients:?}");
}
