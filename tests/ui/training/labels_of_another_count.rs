//! Labels of ten classes for an output of twelve.
//!
//! use labels of as many classes as the output has numbers, `Labels::<12>::new(…)`, or let the last layer give 10.
use plumbline::prelude::*;

network! {
    Net: [4] -> [12] {
        logits: dense(12);
    }
}

fn main() {
    let net = Net::new(1);
    let logits = net.forward(&Batch::<NetInput>::zeros(3));
    let labels = Labels::<10>::new([1, 2, 3]).unwrap();
    let _ = CrossEntropy::new().value_and_gradient(&logits, &labels);
}
