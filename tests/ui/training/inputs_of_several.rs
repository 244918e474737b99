//! A dataset with one input, for a network with two.
//!
//! The inputs of the dataset are a tuple, with a batch for each: `Dataset::new((left, right), labels)`.

use plumbline::prelude::*;

network! {
    Pair: (left: [4], right: [6]) -> [2] {
        both: concat <- (left, right);
        out: dense(2);
    }
}

fn main() {
    let inputs = Batch::<(Const<4>,)>::zeros(3);
    let data = Dataset::new(inputs, Labels::<2>::new([0, 1, 1]).unwrap()).unwrap();
    let mut net = Pair::new(1);
    let _ = Trainer::new(Adam::new(1e-3), CrossEntropy::new()).fit(&mut net, &data);
}
