//! A layer tied to another of other sizes, whatever the dimension parameters are.

use plumbline::prelude::*;

network! {
    pub Autoencoder<I, N>: [I] -> [2 * I] {
        encoder: dense(N), tanh;
        decoder: dense(2 * I, tied = encoder);
    }
}

fn main() {}
