//! Constants in a `map` that are of another type than `f64`, and one that does not exist.

use plumbline::prelude::*;

const WIDTH: usize = 3;
const SLOPE: f32 = 0.5;

network! {
    pub Net: [WIDTH] -> [WIDTH] {
        a: map(|x| x / WIDTH);
        b: map(|x| SLOPE * x);
        c: map(|x| x + MISSING);
    }
}

fn main() {}
