//! Options that a layer normalization does not have, or that make no sense.

use plumbline::prelude::*;

network! {
    pub Zero: [10] -> [10] {
        norm: layer_norm(epsilon = 0.0);
    }

    pub PyTorchs: [10] -> [10] {
        norm: layer_norm(eps = 1e-6);
    }

    pub Sized: [10] -> [10] {
        norm: layer_norm(10);
    }

    pub Unnamed: [10] -> [10] {
        layer_norm;
    }
}

fn main() {}
