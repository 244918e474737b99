//! A layer that starts from the state of one with a fault of its own: one error alone.

use plumbline::prelude::*;

network! {
    pub Translator: (source: [20, 8], target: [15, 8]) -> [15, 32] {
        encoder: lstm(64, peephole = 1) <- source;
        decoder: lstm(32, state = encoder) <- target;
    }
}

fn main() {}
