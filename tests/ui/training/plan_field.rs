//! A plan of pretraining that names a layer that is not there.
//!
//! The cure: `net.first`.

use plumbline::{
    layers::Sigmoid,
    network,
    train::{Autoencoding, Pretraining},
};

network! {
    Deep: [64] -> [10] {
        first: dense(32), sigmoid;
        logits: dense(10);
    }
}

fn main() {
    let _ = Pretraining::<Deep>::new().dense(|net| &mut net.frist, Sigmoid, Autoencoding::new());
}
