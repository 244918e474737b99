//! Metrics of outputs that there are not, and of no output in particular.
//!
//! say which output a metric is of, counted from 0: `.metric_on::<1, _>(RSquared)`; a network with one output takes `.metric(RSquared)`.
use plumbline::prelude::*;

network! {
    Net: [4] -> (class: [3], value: [1]) {
        hidden: dense(8), tanh;
        class: dense(3) <- hidden;
        value: dense(1) <- hidden;
    }
}

fn main() {
    let targets = (Labels::<3>::new([1, 2, 0]).unwrap(), Batch::<NetValue>::zeros(3));
    let data = Dataset::new(Batch::<NetInput>::zeros(3), targets).unwrap();
    let losses = Losses::new((CrossEntropy::new(), MeanSquaredError));
    let _ = Trainer::new(Adam::new(1e-3), losses).metric_on::<2, _>(RSquared).fit(&mut Net::new(1), &data);
    let _ = Trainer::new(Adam::new(1e-3), losses).metric(Accuracy).fit(&mut Net::new(1), &data);
}
