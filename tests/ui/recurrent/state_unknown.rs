//! A layer that starts from the state of a node that there is not.

use plumbline::prelude::*;

network! {
    pub Slip: (source: [20, 8], target: [15, 8]) -> [15, 16] {
        encoder: lstm(16) <- source;
        decoder: lstm(16, state = encodr) <- target;
    }

    pub Other: (source: [20, 8], target: [15, 8]) -> [15, 16] {
        encoder: lstm(16) <- source;
        decoder: lstm(16, state = context) <- target;
    }

    pub Alone: [15, 8] -> [15, 16] {
        decoder: gru(16, state = context);
    }
}

fn main() {}
