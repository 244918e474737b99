//! A number of layers that is none, too large, or known to the compiler alone.

use plumbline::prelude::*;

const DEPTH: usize = 2;

network! {
    pub None: [20, 8] -> [20, 16] {
        memory: lstm(16, layers = 0);
    }

    pub Many: [20, 8] -> [20, 16] {
        memory: gru(16, layers = 17);
    }

    pub Named: [20, 8] -> [20, 16] {
        memory: rnn(16, layers = DEPTH);
    }

    pub Fraction: [20, 8] -> [20, 16] {
        memory: rnn(16, layers = 2.0);
    }
}

fn main() {}
