//! Constants in a `map` that are of another type than `f64`, and one that does not exist.
//!
//! constants of a `map` are of type `f64`: declare them so, or convert them where they stand, as in `WIDTH as f64`.

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
