//! A forget bias that is no finite number.

use plumbline::prelude::*;

network! {
    pub Text: [20, 8] -> [20, 16] {
        memory: lstm(16, forget_bias = "1");
    }

    pub Infinite: [20, 8] -> [20, 16] {
        memory: lstm(16, forget_bias = 1e999);
    }

    pub Flag: [20, 8] -> [20, 16] {
        memory: lstm(16, forget_bias = true);
    }
}

fn main() {}
