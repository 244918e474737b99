//! A weight with more elements than fit.

use plumbline::prelude::*;

network! {
    pub Huge: [1000000] -> [10] {
        hidden: dense(1000000), relu;
        out: dense(10);
    }
}

fn main() {}
