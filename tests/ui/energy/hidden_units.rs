//! Hidden units of no kind that an `rbm` has, or written with other arguments.

use plumbline::prelude::*;

network! {
    Slip: [8] -> [4] { rbm: rbm(4, hidden = gausian); }
    Sigmoid: [8] -> [4] { rbm: rbm(4, hidden = sigmoid); }
    Tanh: [8] -> [4] { rbm: rbm(4, hidden = tanh); }
    Quoted: [8] -> [4] { rbm: rbm(4, hidden = "relu"); }
    NoLevels: [8] -> [4, 3] { rbm: rbm(4, hidden = softmax); }
    OneLevel: [8] -> [4, 1] { rbm: rbm(4, hidden = softmax(1)); }
    Categorical: [8] -> [4, 3] { rbm: rbm(4, hidden = categorical(3)); }
    Flat: [8] -> [12] { rbm: rbm(4, hidden = softmax(3)); }
    Variance: [8] -> [4] { rbm: rbm(4, hidden = gaussian(variance = learned)); }
}

fn main() {}
