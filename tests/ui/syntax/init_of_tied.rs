//! Weights drawn for a layer that uses those of another.

use plumbline::prelude::*;

network! {
    pub Autoencoder: [784] -> [784] {
        encoder: dense(32), sigmoid;
        decoder: dense(784, tied = encoder, init = zeros), sigmoid;
    }
}

fn main() {}
