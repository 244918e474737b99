//! A part whose name stands for nothing.
//!
//! Bring the network into scope, or write the path to it: `encoders::Encode`.

use plumbline::prelude::*;

network! {
    pub Encoder: [8] -> [4] { code: dense(4); }

    pub Net: [8] -> [4] { encoder: Encode; }
}

fn main() {}
