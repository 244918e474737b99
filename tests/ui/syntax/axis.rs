//! Axes that are no numbers from 0 on.

use plumbline::prelude::*;

network! {
    pub Last: [8] -> [16] {
        a: dense(8), relu;
        both: concat(axis = -1) <- (a, input);
    }

    pub Fraction: [8] -> [16] {
        a: dense(8), relu;
        both: concat(axis = 0.5) <- (a, input);
    }

    pub First: [8] -> [16] {
        a: dense(8), relu;
        both: concat(1) <- (a, input);
    }
}

fn main() {}
