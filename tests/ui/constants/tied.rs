//! A tied layer after another than its twin, of another size.

use plumbline::prelude::*;

const PIXELS: usize = 784;
const CODE: usize = 32;

network! {
    pub Autoencoder: [PIXELS] -> [700] {
        encoder: dense(CODE), sigmoid;
        middle: dense(2 * CODE), relu;
        decoder: dense(700, tied = encoder), sigmoid;
    }
}

fn main() {}
