//! A dataset whose labels the loss cannot compare with the network's output.
//!
//! use labels of as many classes as the output has numbers, `Labels::<12>::new(…)`, or let the last layer give 10.
use plumbline::prelude::*;

network! {
    Net: [4] -> [12] {
        logits: dense(12);
    }
}

fn main() {
    let data = Dataset::new(Batch::<NetInput>::zeros(3), Labels::<10>::new([1, 2, 3]).unwrap()).unwrap();
    let _ = Trainer::new(Adam::new(1e-3), CrossEntropy::new()).fit(&mut Net::new(1), &data);
}
