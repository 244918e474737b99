//! Constants that are no part of running statistics and no term under a root.

use plumbline::prelude::*;

const MOMENTUM: f64 = -0.1;
const EPSILON: f64 = 0.0;

network! {
    pub Normalized: [9] -> [9] {
        norm: batch_norm(momentum = MOMENTUM, epsilon = EPSILON);
    }
}

fn main() {}
