//! A gradient asked of a network with a layer that has none.
//!
//! train the machine by its own rules, through its field; an `rbm` in its place has a gradient.

use plumbline::prelude::*;

network! {
    Machine: [8] -> [3] {
        features: boltzmann(4);
        logits: dense(3);
    }

    Memory: [8] -> [8] {
        memory: hopfield;
    }
}

fn main() {
    let _ = Machine::new(1).gradients();
    let _ = Memory::new(1).gradients();
}
