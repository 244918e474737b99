//! A layer tied to one that there is not.

use plumbline::prelude::*;

network! {
    pub Autoencoder: [784] -> [784] {
        encoder: dense(32), sigmoid;
        decoder: dense(784, tied = encodr), sigmoid;
    }
}

fn main() {}
