//! A state that is no name of a node.

use plumbline::prelude::*;

network! {
    pub Text: (source: [20, 8], target: [15, 8]) -> [15, 16] {
        encoder: lstm(16) <- source;
        decoder: lstm(16, state = "encoder") <- target;
    }

    pub Number: (source: [20, 8], target: [15, 8]) -> [15, 16] {
        encoder: lstm(16) <- source;
        decoder: lstm(16, state = 0) <- target;
    }
}

fn main() {}
