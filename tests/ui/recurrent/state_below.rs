//! A layer that starts from the state of a later one.

use plumbline::prelude::*;

network! {
    pub Translator: (source: [20, 8], target: [15, 8]) -> (decoder: [15, 16]) {
        decoder: gru(16, state = encoder) <- target;
        encoder: gru(16) <- source;
    }
}

fn main() {}
