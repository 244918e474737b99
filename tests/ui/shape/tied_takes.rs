//! A tied layer after another than its twin.

use plumbline::prelude::*;

network! {
    pub Autoencoder: [784] -> [784] {
        encoder: dense(32), sigmoid;
        middle: dense(64), relu;
        decoder: dense(784, tied = encoder), sigmoid;
    }
}

fn main() {}
