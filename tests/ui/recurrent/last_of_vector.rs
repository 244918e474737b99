//! The last step of what is no sequence.

use plumbline::prelude::*;

network! {
    pub Net: [8] -> [3] {
        hidden: dense(16), relu;
        last;
        out: dense(3);
    }

    pub Twice: [20, 8] -> [3] {
        memory: gru(16);
        last;
        last;
        out: dense(3);
    }

    pub Image: [1, 28, 28] -> [10] {
        conv: conv2d(16, kernel = 5), relu;
        last;
        logits: dense(10);
    }
}

fn main() {}
