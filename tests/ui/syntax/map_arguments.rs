//! Functions with too few or too many arguments, and exponents of `powi` that are no whole literals.

use plumbline::prelude::*;

const TWO: i32 = 2;

network! {
    pub Net: [3] -> [3] {
        few:      map(|x| x.powi() + powi(x));
        many:     map(|x| x.powi(2, 3) + x.exp(1.0) + exp(x, x) + x.min());
        fraction: map(|x| x.powi(2.5));
        constant: map(|x| x.powi(TWO));
        variable: map(|x| powi(x, x));
    }
}

fn main() {}
