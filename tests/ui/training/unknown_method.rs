//! Methods that networks of other libraries have.
//!
//! `forward` gives the outputs; a `Trainer` trains.

use plumbline::prelude::*;

network! {
    /// A network.
    pub Net: [4] -> [1] {
        hidden: dense(8), relu;
        out: dense(1);
    }
}

network! {
    Words: [_] -> [1] {
        words: embedding(50, 6);
        state: lstm(4);
        last;
        out: dense(1);
    }
}

fn main() {
    let mut net = Net::new(1);
    let _ = net.predict(&Batch::zeros(1));
    let _ = Words::new(1).predict(&Batch::zeros_of(1, &[3]).unwrap());
    net.fit(&Batch::zeros(1));
}
