//! A part whose name stands for nothing.

use plumbline::prelude::*;

network! {
    pub Encoder: [8] -> [4] { code: dense(4); }

    pub Net: [8] -> [4] { encoder: Encode; }
}

fn main() {}
