//! Distributions that there are not, and widths that no distribution can have.

use plumbline::prelude::*;

network! {
    pub Unknown: [784] -> [10] {
        logits: dense(10, init = sparse);
    }

    pub Narrow: [784] -> [10] {
        logits: dense(10, init = normal(0.0));
    }

    pub Negative: [784] -> [10] {
        logits: dense(10, init = uniform(-0.1));
    }

    pub Text: [784] -> [10] {
        logits: dense(10, init = normal("0.1"));
    }
}

fn main() {}
