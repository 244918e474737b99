//! A layer tied to a tied one.

use plumbline::prelude::*;

network! {
    pub Autoencoder: [784] -> [32] {
        encoder: dense(32), sigmoid;
        decoder: dense(784, tied = encoder), sigmoid;
        again: dense(32, tied = decoder);
    }
}

fn main() {}
