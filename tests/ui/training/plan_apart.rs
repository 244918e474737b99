//! A plan of pretraining that leaves out the layer in the middle.
//!
//! The cure: name `second` between `first` and `third`.

use plumbline::{
    layers::Sigmoid,
    network,
    train::{Autoencoding, Pretraining},
};

network! {
    Deep: [64] -> [10] {
        first: dense(32), sigmoid;
        second: dense(16), sigmoid;
        third: dense(8), sigmoid;
        logits: dense(10);
    }
}

fn main() {
    let _ = Pretraining::<Deep>::new()
        .dense(|net| &mut net.first, Sigmoid, Autoencoding::new())
        .dense(|net| &mut net.third, Sigmoid, Autoencoding::new());
}
