//! A network that gives a sequence and is declared to give a vector, or the other way round.

use plumbline::prelude::*;

network! {
    pub Last: [28, 28] -> [64] {
        memory: lstm(64);
    }

    pub Classes: [_, 28] -> [10] {
        memory: lstm(64);
    }

    pub Tags: [28, 28] -> [28, 64] {
        memory: lstm(64);
        last;
    }

    pub Repeated: [28, 28] -> [5, 8] {
        memory: lstm(64);
        last;
        code: dense(8), tanh;
    }

    pub Both: [28, 28] -> [28, 64] {
        memory: lstm(64, bidirectional = true);
    }
}

fn main() {}
