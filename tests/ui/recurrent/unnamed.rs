//! Recurrent layers without a name, and two in one node.

use plumbline::prelude::*;

network! {
    pub Unnamed: [20, 8] -> [16] {
        lstm(16);
        last;
    }

    pub Two: [20, 8] -> [20, 16] {
        memory: gru(16), gru(16);
    }
}

fn main() {}
