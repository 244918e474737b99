//! A size that is a formula of very many products.

use plumbline::prelude::*;

network! {
    pub Net<A, B, C, D>: [A] -> [10] {
        a: dense((A + B + C + D) * (A + B + C + D) * (A + B + C + D) * (A + B + C + D) * (A + B + C + D) * (A + B + C + D)
            * (A + B + C + D) * (A + B + C + D) * (A + B + C + D) * (A + B + C + D) * (A + B + C + D) * (A + B + C + D));
        out: dense(10);
    }
}

fn main() {}
