//! Hidden units of no kind that an `rbm` has, or written with other arguments.

use plumbline::prelude::*;

network! {
    Slip: [8] -> [4] { rbm: rbm(4, hidden = gausian); }
    Sigmoid: [8] -> [4] { rbm: rbm(4, hidden = sigmoid); }
    Tanh: [8] -> [4] { rbm: rbm(4, hidden = tanh); }
    Quoted: [8] -> [4] { rbm: rbm(4, hidden = "relu"); }
    Levels: [8] -> [4] { rbm: rbm(4, hidden = softmax(3)); }
    Variance: [8] -> [4] { rbm: rbm(4, hidden = gaussian(variance = learned)); }
}

fn main() {}
