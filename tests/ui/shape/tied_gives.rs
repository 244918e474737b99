//! A tied layer of another size.

use plumbline::prelude::*;

network! {
    pub Autoencoder: [784] -> [700] {
        encoder: dense(32), sigmoid;
        decoder: dense(700, tied = encoder), sigmoid;
    }
}

fn main() {}
