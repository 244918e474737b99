//! A trainer given a network with a layer that has no gradient.
//!
//! a `hopfield` learns by `store_hebbian` and its like, on its field.

use plumbline::prelude::*;

network! {
    Memory: [8] -> [8] {
        memory: hopfield;
    }
}

fn main() {
    let data = Dataset::new(Batch::<MemoryInput>::zeros(3), Batch::<MemoryOutput>::zeros(3)).unwrap();
    let _ = Trainer::new(Adam::new(1e-3), SquaredError).fit(&mut Memory::new(1), &data);
}
