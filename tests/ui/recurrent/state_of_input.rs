//! A layer that starts from the state of an input.

use plumbline::prelude::*;

network! {
    pub Named: (context: [16], target: [15, 8]) -> [15, 16] {
        code: dense(16), tanh <- context;
        repeat(15);
        encoder: lstm(16);
        decoder: lstm(16, state = context) <- target;
    }

    pub Only: [15, 8] -> [15, 16] {
        decoder: rnn(16, state = input);
    }
}

fn main() {}
