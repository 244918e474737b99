//! A part whose header has a size without a value for the dimensions that it is given.
//!
//! Give the part dimensions for which each size of its header is at least 1.

use plumbline::prelude::*;

network! {
    pub B<N>: [N] -> [N - 5] { fc: dense(N - 5); }
    pub Square<N>: [N, N] -> [1] { flatten; fc: dense(1); }

    Net: [3] -> [1] { b: B<3>; fc: dense(1); }
    Zero: [5] -> [1] { b: B<5>; fc: dense(1); }
    Large: [2] -> [1] { fc: dense(4); square: Square<70000>; }
}

const THREE: usize = 3;

network! {
    pub D<N>: [N] -> [N - 5] { fc: dense(N - 5); }

    Constant: [3] -> [1] { b: D<THREE>; fc: dense(1); }
}

fn main() {}
