//! An activation behind the source of its node, or behind the shape that it states.

use plumbline::prelude::*;

network! {
    pub Residual: [8] -> [8] {
        a: dense(8), tanh;
        sum: add <- (a, input), relu;
    }

    pub Branch: [8] -> [4] {
        a: dense(8), tanh;
        b: dense(8) <- input, leaky_relu(0.1);
        product: multiply <- (a, b);
        out: dense(4) -> [4], tanh;
    }

    pub Unseparated: [8] -> [4] {
        a: dense(8), tanh;
        sum: add <- (a, input) tanh;
        out: dense(4);
    }
}

fn main() {}
