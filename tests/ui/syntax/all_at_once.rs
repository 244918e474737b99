//! Every fault of every network is reported, each once.

use plumbline::prelude::*;

network! {
    pub LeNet5: [1, 28, 28] -> [10] {
        conv1: conv2d(6, kernel = 31), relu;
        pool1: max_pool2d(2);
        flatten;
        fc1: dense(120, bais = false), relu;
        dense(84), rleu;
        logits: dense(10.5);
    }

    pub Autoencoder: [784] -> [783] {
        encoder: dense(32) sigmoid;
        decoder: dense(784) <- encodr;
    }
}

fn main() {
    let net = LeNet5::new(1);
    let other = Autoencoder::new(2);
    println!("{} {}", net.fc1.weight().len(), other.encoder.weight().len());
}
