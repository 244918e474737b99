//! Recurrent layers without units, or with units that no weight can hold.

use plumbline::prelude::*;

network! {
    pub Zero: [20, 8] -> [20, 16] {
        memory: lstm(0);
    }

    pub Missing: [20, 8] -> [20, 16] {
        memory: gru();
    }

    pub Text: [20, 8] -> [20, 16] {
        memory: rnn("16");
    }

    pub Large: [20, 8] -> [20, 100000] {
        memory: gru(100000);
    }
}

fn main() {}
