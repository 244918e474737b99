//! An image for a perceptron.

use plumbline::prelude::*;

network! {
    pub Unit: [1, 8, 8] -> [1] {
        unit: perceptron;
    }
}

fn main() {}
