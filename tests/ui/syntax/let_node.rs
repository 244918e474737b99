//! Nodes as variables, and activations as methods, as Rust has them.

use plumbline::prelude::*;

network! {
    pub Variable: [784] -> [10] {
        let hidden = dense(128), relu;
        logits: dense(10) <- hidden;
    }

    pub Method: [784] -> [10] {
        hidden: dense(128).relu();
        logits: dense(10);
    }

    pub Pipe: [784] -> [10] {
        hidden: dense(128) | relu;
        logits: dense(10);
    }
}

fn main() {}
