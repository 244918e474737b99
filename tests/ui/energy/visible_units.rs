//! Visible units of no kind that an `rbm` has, or written with other arguments.

use plumbline::prelude::*;

network! {
    Slip: [8] -> [4] { rbm: rbm(4, visible = bernouli); }
    Binary: [8] -> [4] { rbm: rbm(4, visible = binary); }
    Poisson: [8] -> [4] { rbm: rbm(4, visible = poisson); }
    Quoted: [8] -> [4] { rbm: rbm(4, visible = "gaussian"); }
    Number: [8] -> [4] { rbm: rbm(4, visible = 5); }
    Rectified: [8] -> [4] { rbm: rbm(4, visible = relu); }
    Probability: [8] -> [4] { rbm: rbm(4, visible = bernoulli(0.5)); }
    Called: [8] -> [4] { rbm: rbm(4, visible = gaussian()); }
    Variance: [8] -> [4] { rbm: rbm(4, visible = gaussian(variance = 2.0)); }
    Deviation: [8] -> [4] { rbm: rbm(4, visible = gaussian(0.1)); }
    NoLevels: [8, 5] -> [4] { rbm: rbm(4, visible = softmax); }
    OneLevel: [8, 1] -> [4] { rbm: rbm(4, visible = softmax(1)); }
    Levels: [8, 5] -> [4] { rbm: rbm(4, visible = softmax(2.5)); }
}

fn main() {}
