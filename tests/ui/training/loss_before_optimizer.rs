//! The loss and the optimizer of a trainer in the wrong order.
//!
//! The optimizer comes first: `Trainer::new(Adam::new(1e-3), CrossEntropy::new())`.

use plumbline::prelude::*;

network! {
    Net: [4] -> [3] {
        out: dense(3);
    }
}

fn main() {
    let data = Dataset::new(Batch::<NetInput>::zeros(3), Labels::<3>::new([0, 1, 2]).unwrap()).unwrap();
    let _ = Trainer::new(CrossEntropy::new(), Adam::new(1e-3)).fit(&mut Net::new(1), &data);
}
