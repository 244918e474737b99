//! A fault in a part is reported there, and nothing follows from it.

use plumbline::prelude::*;

network! {
    pub Encoder: [784] -> [64] { code: dens(64); }

    pub Autoencoder: [784] -> [784] {
        encoder: Encoder;
        image: dense(784);
    }
}

pub fn code(net: &Autoencoder, x: &Batch<AutoencoderInput>) -> Batch<EncoderOutput> {
    net.encoder.forward(x)
}

fn main() {}
