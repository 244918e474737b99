//! Indices that are no input of the network.

use plumbline::prelude::*;

network! {
    pub Deep: [6] -> [6, 4] {
        hidden: dense(6), relu;
        words: embedding(100, 4);
    }

    Words: [6] -> [6, 4] {
        words: embedding(100, 4);
    }

    pub Part: [6] -> [6, 4] {
        hidden: dense(6);
        words: Words;
    }
}

fn main() {
    let y = Deep::new(1).forward(&Batch::zeros(2)).unwrap();
    println!("{}", y.samples());
}
