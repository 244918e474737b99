//! A part from another module that gives another shape than the network declares.

use plumbline::prelude::*;

mod encoder {
    use plumbline::prelude::*;

    network! {
        pub Encoder: [784] -> [64] { code: dense(64), relu; }
    }
}

network! {
    pub Codes: [28, 28] -> [32] {
        flatten;
        encoder: encoder::Encoder;
    }
}

fn main() {}
