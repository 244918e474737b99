//! A source after an equals sign.

use plumbline::prelude::*;

network! {
    pub Net: [3] -> [10] {
        a: dense(4) = input;
        out: dense(10);
    }
}

fn main() {}
