//! Three sources, of which the last is another than the others.

use plumbline::prelude::*;

network! {
    pub Summed: [6] -> [4] {
        a: dense(4), tanh;
        b: dense(4), tanh <- input;
        sum: add <- (a, b, input);
    }

    pub Gated: [2, 4, 4] -> [2, 4, 4] {
        a: conv2d(2, kernel = 1), tanh;
        flat: flatten;
        product: multiply <- (a, input, flat);
    }

    pub Joined: [2, 4] -> [6, 4] {
        a: tanh;
        b: dense(3, each_step = true) <- input;
        both: concat <- (a, input, b);
    }
}

fn main() {}
