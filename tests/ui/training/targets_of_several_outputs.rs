//! Targets of another type than one of several outputs takes.
//!
//! bring the targets into the order of the outputs, each with its output's shape: `(Labels<3>, Batch<NetValue>)`.
use plumbline::prelude::*;

network! {
    Net: [4] -> (class: [3], value: [1]) {
        hidden: dense(8), tanh;
        class: dense(3) <- hidden;
        value: dense(1) <- hidden;
    }
}

fn main() {
    let targets = (Labels::<3>::new([1, 2, 0]).unwrap(), Batch::<(Const<2>,)>::zeros(3));
    let data = Dataset::new(Batch::<NetInput>::zeros(3), targets).unwrap();
    let losses = Losses::new((CrossEntropy::new(), MeanSquaredError));
    let _ = Trainer::new(Adam::new(1e-3), losses).fit(&mut Net::new(1), &data);

    let targets = (Labels::<4>::new([1, 2, 3]).unwrap(), Batch::<NetValue>::zeros(3));
    let data = Dataset::new(Batch::<NetInput>::zeros(3), targets).unwrap();
    let _ = Trainer::new(Adam::new(1e-3), Losses::new((CrossEntropy::new(), MeanSquaredError))).fit(&mut Net::new(1), &data);
}
