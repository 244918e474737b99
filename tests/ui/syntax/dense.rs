//! Sizes, flags and names that `dense` cannot take.

use plumbline::prelude::*;

network! {
    pub Fraction: [784] -> [10] {
        hidden: dense(12.5), relu;
        logits: dense(10);
    }

    pub Text: [784] -> [10] {
        logits: dense("10");
    }

    pub TooMany: [784] -> [10] {
        logits: dense(5_000_000_000);
    }

    pub Flag: [20, 64] -> [20, 10] {
        logits: dense(10, each_step = 1);
    }

    pub Tied: [784] -> [784] {
        encoder: dense(32);
        decoder: dense(784, tied = "encoder");
    }
}

fn main() {}
