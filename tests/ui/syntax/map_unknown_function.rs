//! Functions whose derivative `map` does not know: each gets an error of its own, a near one a suggestion.

use plumbline::prelude::*;

network! {
    pub Net: [3] -> [3] {
        near:  map(|x| x.sgmoid() + tanhh(x));
        other: map(|x| (1.0 + x.log()).gamma(2.0));
        path:  map(|x| f64::exp(x));
    }
}

fn main() {}
