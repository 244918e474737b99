//! Constants that no slope, width of a distribution or epsilon can be.

use plumbline::prelude::*;

const SLOPE: f64 = -0.1;
const SCALE: f64 = 0.0;
const SD: f64 = -1.0;
const EPSILON: f64 = 0.0;

network! {
    pub Numbers: [8] -> [4] {
        a: dense(8), leaky_relu(SLOPE);
        b: dense(8, init = normal(SD)), elu(SCALE);
        c: dense(4);
        norm: layer_norm(epsilon = EPSILON);
    }
}

fn main() {}
