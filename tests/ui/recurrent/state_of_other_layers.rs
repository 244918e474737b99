//! A layer that starts from the state of one with another number of layers.

use plumbline::prelude::*;

network! {
    pub Translator: (source: [20, 8], target: [15, 8]) -> [15, 64] {
        encoder: lstm(64, layers = 2) <- source;
        decoder: lstm(64, state = encoder) <- target;
    }
}

fn main() {}
