//! A recurrent layer after one that gives a vector.

use plumbline::prelude::*;

network! {
    pub Generator: [16] -> [1] {
        code: dense(32), tanh;
        memory: gru(32);
        last;
        out: dense(1);
    }
}

fn main() {}
