//! A network with a layer that has no gradient.
use plumbline::prelude::*;

network! {
    Net: [4] -> [1] {
        unit: perceptron;
    }
}

fn main() {
    let data = Dataset::new(Batch::<NetInput>::zeros(3), Batch::<NetOutput>::zeros(3)).unwrap();
    let _ = Trainer::new(Adam::new(1e-3), SquaredError).fit(&mut Net::new(1), &data);
    let _ = Net::new(1).gradients();
}
