//! A layer that starts from the state of a layer without memory, or of a network.

use plumbline::prelude::*;

network! {
    pub Encoder: [20, 8] -> [16] {
        flatten;
        code: dense(16), tanh;
    }

    pub Dense: (source: [20, 8], target: [15, 8]) -> [15, 16] {
        memory: lstm(16) <- source;
        code: dense(16, each_step = true);
        decoder: lstm(16, state = code) <- target;
    }

    pub Part: (source: [20, 8], target: [15, 8]) -> [15, 16] {
        encoder: Encoder <- source;
        decoder: lstm(16, state = encoder) <- target;
    }
}

fn main() {}
