//! A layer tied to one that is not dense.

use plumbline::prelude::*;

network! {
    pub Autoencoder: [1, 28, 28] -> [784] {
        encoder: conv2d(4, kernel = 5), relu;
        flatten;
        decoder: dense(784, tied = encoder), sigmoid;
    }
}

fn main() {}
