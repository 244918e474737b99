//! Arithmetic on constants that has no value, or none that a size can have.
//!
//! Mend the constant, or the expression.

use plumbline::prelude::*;

const K: usize = 3;
const N: usize = 0;
const WIDE: usize = 1 << 33;

mod sizes {
    pub const HIDDEN: usize = 16;
}

network! {
    pub Net: [8] -> [2] {
        a: dense(K - 5), relu;
        b: dense(4 * (K - 2 * sizes::HIDDEN) + 1), relu;
        c: dense(8 / N), relu;
        d: dense(sizes::HIDDEN % N), relu;
        e: dense(WIDE * K), relu;
        f: dense(WIDE / (1 << 31)), relu;
        out: dense(WIDE >> 32);
    }
    pub Image: [2, 16, 16] -> [K - 5] {
        a: conv2d(4, kernel = K - 3, padding = [N - 1, 0]);
        b: avg_pool2d(2, stride = K - 4);
        flatten;
        out: dense(2);
    }
    pub Block<C>: [C] -> [K - 3] { out: dense(2); }
    pub Around: [8] -> [2] { block: Block<8>; }
}

fn main() {}
