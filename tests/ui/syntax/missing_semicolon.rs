//! A node without its `;`, before another node.

use plumbline::prelude::*;

network! {
    pub Classifier: [784] -> [10] {
        hidden: dense(128), relu
        logits: dense(10);
    }
}

fn main() {
    let net = Classifier::new(1);
    println!("{}", Classifier::PARAMETERS + net.logits.weight().len());
}
