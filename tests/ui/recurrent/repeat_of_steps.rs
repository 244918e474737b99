//! A sequence, and an image, where `repeat` takes one vector.

use plumbline::prelude::*;

network! {
    pub Autoencoder: [20, 8] -> [20, 8] {
        encoder: lstm(16);
        repeat(20);
        decoder: lstm(8);
    }

    pub Image: [1, 28, 28] -> [5, 10] {
        conv: conv2d(16, kernel = 5), relu;
        repeat(5);
        steps: gru(10);
    }
}

fn main() {}
