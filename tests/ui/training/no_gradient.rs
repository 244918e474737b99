//! A network with a layer that has no gradient.
//!
//! use a layer with a gradient in place of the one named, such as `dense(1), sigmoid` for `perceptron` and `tanh` for `sign`, or train by that layer's own rule.
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
