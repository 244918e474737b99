//! Probabilities that a dropout cannot have.

use plumbline::prelude::*;

network! {
    pub Everything: [9] -> [9] {
        dropout(1);
    }

    pub Text: [9] -> [9] {
        dropout("half");
    }

    pub Named: [9] -> [9] {
        dropout(p = 0.5);
    }

    pub Twice: [9] -> [9] {
        dropout(0.5, 0.1);
    }
}

fn main() {}
