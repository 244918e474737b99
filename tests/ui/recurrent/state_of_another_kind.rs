//! A layer that starts from the state of another kind of layer.

use plumbline::prelude::*;

network! {
    pub Translator: (source: [20, 8], target: [15, 8]) -> [15, 16] {
        encoder: lstm(16) <- source;
        decoder: gru(16, state = encoder) <- target;
    }
}

fn main() {}
