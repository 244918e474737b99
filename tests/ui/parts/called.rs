//! A network as a part, written as layers are.

use plumbline::prelude::*;

network! {
    pub Encoder: [784] -> [32] {
        code: dense(32), relu;
    }

    pub Residual<N>: [N] -> [N] {
        a: dense(N), tanh;
        sum: add <- (a, input);
    }

    pub Classifier: [784] -> [10] {
        encoder: Encoder();
        block: Residual(32);
        logits: dense(10);
    }
}

fn main() {}
