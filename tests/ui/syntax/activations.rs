//! Numbers that an activation cannot take, or does not.

use plumbline::prelude::*;

network! {
    pub Sloped: [4] -> [4] {
        a: dense(4), relu(0.1);
    }

    pub Flat: [4] -> [4] {
        a: dense(4), elu(0);
    }

    pub Text: [4] -> [4] {
        a: dense(4), leaky_relu("0.1");
    }

    pub Named: [4] -> [4] {
        a: dense(4), leaky_relu(negative_slope = 0.1);
    }

    pub Axis: [4] -> [4] {
        a: dense(4), softmax(1);
    }

    pub NamedAxis: [4] -> [4] {
        a: dense(4), log_softmax(dim = 1);
    }
}

fn main() {}
