//! Constants that are sizes one by one, and none together.
//!
//! Choose smaller constants: no axis, padded or not, and no shape has more than 4294967296 elements.

use plumbline::prelude::*;

const LONG: usize = 3_000_000_000;
const HUGE: usize = usize::MAX;
const NEXT: usize = usize::MAX - 1;

network! {
    Joined: (a: [LONG], b: [LONG]) -> [1] { both: concat <- (a, b); out: dense(1); }
    Padded: [1, 28] -> [1] { conv: conv1d(1, kernel = 3, padding = LONG); global_avg_pool; }
    Dilated: [1, 28] -> [1] { conv: conv1d(1, kernel = 3, dilation = LONG); global_avg_pool; }
    Up: [1, 10] -> [1] { up: conv_transpose1d(1, kernel = 3, stride = LONG); global_avg_pool; }
    Most: [4] -> [1] { hidden: dense(HUGE); out: dense(1); }
    Second: [4] -> [1] { hidden: dense(NEXT); out: dense(1); }
}

fn main() {}
