//! Sizes that lead to more than any size may be.

use plumbline::prelude::*;

network! {
    Dilated: [1, 28] -> [4, 1] { conv: conv1d(4, kernel = 100000, dilation = 100000); }
    Same: [1, 28] -> [4, 28] { conv: conv1d(4, kernel = 100000, dilation = 100000, padding = same); }
    Padded: [1, 28] -> [4, 1] { conv: conv1d(4, kernel = 3, padding = 3000000000); }
    Around: [1, 28, 28] -> [1, 1, 1] { conv: conv2d(1, kernel = 3, padding = 2147483648); }
    Up: [1, 100000] -> [1, 1] { up: conv_transpose1d(1, kernel = 2, stride = 50000); }
    Removed: [1, 10] -> [1, 1] { up: conv_transpose1d(1, kernel = 2, padding = 3000000000); }
    Both: (a: [3000000000], b: [3000000000]) -> [6000000000] { both: concat <- (a, b); }
    Reshaped: [4] -> [100000, 100000] { image: reshape([100000, 100000]); }
    Powers<C>: [C] -> [1] { fc: dense(C * 4294967296 * 4294967296 * 4294967296 * 4294967296); out: dense(1); }
    Nothing<C>: [C] -> [1] { fc: dense(C / (C - C)); out: dense(1); }
    Negative<C>: [C] -> [1] { fc: dense(C - C - 3); out: dense(1); }
    Inside<C>: [C] -> [1] { fc: dense(C + (3 - 5)); out: dense(1); }
}

fn main() {}
