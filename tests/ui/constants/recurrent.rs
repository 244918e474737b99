//! Recurrent layers of constant sizes: a state of another size, a declared output, no units, no steps, a forget bias that is not finite.

use plumbline::prelude::*;

const UNITS: usize = 64;
const CODE: usize = 32;
const NONE: usize = 0;
const BIAS: f64 = f64::INFINITY;

network! {
    pub Translator: (source: [20, 8], target: [15, 8]) -> [15, CODE] {
        encoder: lstm(UNITS) <- source;
        decoder: lstm(CODE, state = encoder) <- target;
    }

    pub Both: [20, 8] -> [20, UNITS] {
        memory: gru(UNITS, bidirectional = true);
    }

    pub Zero: [20, 8] -> [20, 4] {
        memory: gru(NONE);
    }

    pub Never: [8] -> [5, UNITS] {
        repeat(NONE);
        memory: gru(UNITS);
    }

    pub Forgetful: [20, 8] -> [20, UNITS] {
        memory: lstm(UNITS, forget_bias = BIAS);
    }
}

fn main() {}
