//! A layer in one direction that starts from the state of one in both, and the other way round.

use plumbline::prelude::*;

network! {
    pub Translator: (source: [20, 8], target: [15, 8]) -> [15, 64] {
        encoder: gru(64, bidirectional = true) <- source;
        decoder: gru(64, state = encoder) <- target;
    }

    pub Reader: (source: [20, 8], target: [15, 8]) -> [15, 128] {
        encoder: gru(64) <- source;
        decoder: gru(64, bidirectional = true, state = encoder) <- target;
    }
}

fn main() {}
