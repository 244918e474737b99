//! A part from another module that takes another shape than it is given.

use plumbline::prelude::*;

mod encoder {
    use plumbline::prelude::*;

    network! {
        pub Encoder: [784] -> [64] { code: dense(64), relu; }
    }
}

mod decoder {
    use plumbline::prelude::*;

    network! {
        pub Decoder: [32] -> [784] { image: dense(784), sigmoid; }
    }
}

network! {
    pub Autoencoder: [784] -> [784] {
        encoder: encoder::Encoder;
        decoder: decoder::Decoder;
    }
}

fn main() {}
