//! A layer tied to itself.

use plumbline::prelude::*;

network! {
    pub Autoencoder: [784] -> [784] {
        encoder: dense(32), sigmoid;
        decoder: dense(784, tied = decoder), sigmoid;
    }
}

fn main() {}
