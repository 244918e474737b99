//! Options of recurrent layers that are no flags.

use plumbline::prelude::*;

network! {
    pub Peephole: [20, 8] -> [20, 16] {
        memory: lstm(16, peephole = 1);
    }

    pub Directions: [20, 8] -> [20, 32] {
        memory: gru(16, bidirectional = 2);
    }
}

fn main() {}
