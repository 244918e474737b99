//! A `map` without a closure, or with one that is more than `|x| expression`.

use plumbline::prelude::*;

network! {
    pub Net: [3] -> [3] {
        none:    map;
        path:    map(tanh);
        empty:   map(|| 1.0);
        typed:   map(|x: f32| x * x);
        moved:   map(move |x| x * x);
        several: map(|x| x, |x| x * x);
        option:  map(|x| x, slope = |x| 1.0);
    }
}

fn main() {}
