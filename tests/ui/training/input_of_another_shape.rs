//! A dataset of other inputs than the network takes.
//!
//! make the batch with the network's own type, `Batch::<NetInput>::from_vec(…)`, or change the shape that the network takes.
use plumbline::prelude::*;

network! {
    Net: [4] -> [10] {
        logits: dense(10);
    }
}

fn main() {
    let data = Dataset::new(Batch::<(Const<5>,)>::zeros(3), Labels::<10>::new([1, 2, 3]).unwrap()).unwrap();
    let _ = Trainer::new(Adam::new(1e-3), CrossEntropy::new()).fit(&mut Net::new(1), &data);
}
