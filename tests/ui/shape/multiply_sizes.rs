//! A gate of another size.

use plumbline::prelude::*;

network! {
    pub Gated: [64] -> [32] {
        value: dense(32), tanh;
        gate: dense(1), sigmoid <- input;
        out: multiply <- (value, gate);
    }
}

fn main() {}
