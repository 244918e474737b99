//! A sequence for a perceptron.

use plumbline::prelude::*;

network! {
    pub Unit: [20, 8] -> [1] {
        unit: perceptron;
    }
}

fn main() {}
