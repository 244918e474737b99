//! Targets for the first output alone, where another is compared with something too.
//!
//! A tuple has targets for each output, `()` for one that is compared with nothing.

use plumbline::prelude::*;

network! {
    Net: [4] -> (class: [3], value: [1]) {
        hidden: dense(8), tanh;
        class: dense(3) <- hidden;
        value: dense(1) <- hidden;
    }
}

fn main() {
    let data = Dataset::new(Batch::<NetInput>::zeros(3), Labels::<3>::new([1, 2, 0]).unwrap()).unwrap();
    let losses = Losses::new((CrossEntropy::new(), MeanSquaredError));
    let _ = Trainer::new(Adam::new(1e-3), losses).fit(&mut Net::new(1), &data);
}
