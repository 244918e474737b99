//! One loss for a network with several outputs, and two losses for one with three.
//!
//! give a loss to each output, in their order: `Losses::new((CrossEntropy::new(), MeanSquaredError))`.
use plumbline::prelude::*;

network! {
    Two: [4] -> (class: [3], value: [1]) {
        hidden: dense(8), tanh;
        class: dense(3) <- hidden;
        value: dense(1) <- hidden;
    }

    Three: [4] -> (class: [3], value: [1], other: [1]) {
        hidden: dense(8), tanh;
        class: dense(3) <- hidden;
        value: dense(1) <- hidden;
        other: dense(1) <- hidden;
    }
}

fn main() {
    let targets = (Labels::<3>::new([1, 2, 0]).unwrap(), Batch::<TwoValue>::zeros(3));
    let data = Dataset::new(Batch::<TwoInput>::zeros(3), targets).unwrap();
    let _ = Trainer::new(Adam::new(1e-3), CrossEntropy::new()).fit(&mut Two::new(1), &data);
    let losses = Losses::new((CrossEntropy::new(), MeanSquaredError));
    let _ = Trainer::new(Adam::new(1e-3), losses).fit(&mut Three::new(1), &data);
}
