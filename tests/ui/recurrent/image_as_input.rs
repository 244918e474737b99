//! Images where a sequence is taken: of one channel, of several, and of any size.

use plumbline::prelude::*;

network! {
    pub Rows: [1, 28, 28] -> [10] {
        memory: lstm(64);
        last;
        logits: dense(10);
    }

    pub Pixels: [3, 32, 32] -> [10] {
        conv: conv2d(16, kernel = 5), relu;
        memory: gru(64);
        last;
        logits: dense(10);
    }

    pub Any: [3, _, _] -> [10] {
        conv: conv2d(16, kernel = 5), relu;
        memory: rnn(64);
        last;
        logits: dense(10);
    }
}

fn main() {}
