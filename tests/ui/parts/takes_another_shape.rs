//! A part that takes another shape than it is given: both networks in one `network!`.

use plumbline::prelude::*;

network! {
    pub Encoder: [784] -> [64] {
        hidden: dense(128), relu;
        code: dense(64);
    }

    pub Decoder: [32] -> [784] {
        image: dense(784), sigmoid;
    }

    pub Autoencoder: [784] -> [784] {
        encoder: Encoder;
        decoder: Decoder;
    }
}

fn main() {}
