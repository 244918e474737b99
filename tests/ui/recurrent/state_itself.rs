//! A layer that starts from its own state.

use plumbline::prelude::*;

network! {
    pub Generator: [15, 8] -> [15, 16] {
        memory: gru(16, state = memory);
    }
}

fn main() {}
