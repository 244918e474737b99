//! A perceptron of several units, one that draws its weights, and one without a name.

use plumbline::prelude::*;

network! {
    pub Several: [2] -> [3] {
        units: perceptron(3);
    }

    pub Drawn: [2] -> [1] {
        unit: perceptron(init = zeros);
    }

    pub Unnamed: [2] -> [1] {
        perceptron;
    }
}

fn main() {}
