//! Formulas as the sizes of a part: without braces, and with a dimension parameter in them.

use plumbline::prelude::*;

network! {
    pub Block<N>: [N] -> [N] {
        a: dense(N), relu;
        sum: add <- (a, input);
    }

    pub Fixed: [8] -> [16] {
        wide: dense(16);
        block: Block<2 * 8>;
    }

    pub Double<C>: [C] -> [2 * C] {
        wide: dense(2 * C);
        block: Block<{ 2 * C }>;
    }
}

fn main() {}
