//! A vector repeated at no step, at a number of steps that is none, and at a free one.
//!
//! Write the number of steps, which is at least 1: `repeat(20)`.

use plumbline::prelude::*;

network! {
    pub Never: [8] -> [20, 8] {
        repeat(0);
        steps: gru(8);
    }

    pub Fraction: [8] -> [20, 8] {
        repeat(2.5);
        steps: gru(8);
    }

    pub Free: [8] -> [_, 8] {
        repeat(_);
        steps: gru(8);
    }

    pub Without: [8] -> [20, 8] {
        repeat;
        steps: gru(8);
    }
}

fn main() {}
