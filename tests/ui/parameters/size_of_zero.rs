//! A size over dimension parameters that is 0 where the network is used.
//!
//! Use it with at least 2 features.

use plumbline::prelude::*;

network! {
    pub Squeeze<N>: [N] -> [N] {
        hidden: dense(N / 2), relu;
        out: dense(N);
    }

    pub Net: [1] -> [1] {
        squeeze: Squeeze<1>;
    }
}

fn main() {}
