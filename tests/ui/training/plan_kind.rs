//! A plan of pretraining that takes a machine for a dense layer.
//!
//! The cure: `.rbm(|net| &mut net.first, ContrastiveDivergence::new(1))`.

use plumbline::{
    layers::Sigmoid,
    network,
    train::{Autoencoding, Pretraining},
};

network! {
    Deep: [64] -> [10] {
        first: rbm(32);
        logits: dense(10);
    }
}

fn main() {
    let _ = Pretraining::<Deep>::new().dense(|net| &mut net.first, Sigmoid, Autoencoding::new());
}
