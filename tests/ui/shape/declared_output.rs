//! Another output than declared.

use plumbline::prelude::*;

network! {
    pub LeNet5: [400] -> [12] {
        fc1: dense(120), relu;
        logits: dense(10);
    }
}

fn main() {
    let net = LeNet5::new(1);
    println!("{}", net.logits.weight().len());
}
