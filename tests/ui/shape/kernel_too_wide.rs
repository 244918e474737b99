//! A rectangular kernel too wide for its input.

use plumbline::prelude::*;

network! {
    pub Spectrogram: [1, 64, 8] -> [10] {
        conv: conv2d(4, kernel = [3, 11]), relu;
        flatten;
        out: dense(10);
    }
}

fn main() {}
