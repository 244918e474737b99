//! One of several outputs is another than declared, and gates of another size.

use plumbline::prelude::*;

const WIDTH: usize = 12;

network! {
    pub Detector: [64] -> (class: [10], corners: [4]) {
        shared: dense(32), relu;
        class: dense(WIDTH) <- shared;
        corners: dense(4) <- shared;
    }

    pub Gated: [64] -> [WIDTH] {
        value: dense(WIDTH), tanh;
        gate: dense(10), sigmoid <- input;
        out: multiply <- (value, gate);
    }
}

fn main() {}
