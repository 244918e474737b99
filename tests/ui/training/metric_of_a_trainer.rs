//! A metric that does not know what to do with values.
//!
//! `TopK`, `ConfusionMatrix` and mostly `Accuracy` are for `Labels`; for values there is `RSquared`.
use plumbline::prelude::*;

network! {
    Net: [4] -> [2] {
        values: dense(2);
    }
}

fn main() {
    let data = Dataset::new(Batch::<NetInput>::zeros(3), Batch::<NetOutput>::zeros(3)).unwrap();
    let _ = Trainer::new(Adam::new(1e-3), SquaredError).metric(TopK(2)).fit(&mut Net::new(1), &data);
}
