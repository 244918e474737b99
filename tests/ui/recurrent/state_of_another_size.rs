//! A layer that starts from the state of a layer with another number of units.

use plumbline::prelude::*;

network! {
    pub Translator: (source: [20, 8], target: [15, 8]) -> [15, 32] {
        encoder: lstm(64) <- source;
        decoder: lstm(32, state = encoder) <- target;
    }
}

fn main() {}
