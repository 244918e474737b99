//! A layer tied to a later one.

use plumbline::prelude::*;

network! {
    pub Autoencoder: [784] -> [784] {
        encoder: dense(32, tied = decoder), sigmoid;
        decoder: dense(784), sigmoid;
    }
}

fn main() {}
