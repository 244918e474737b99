//! A dimension of zero.
//!
//! every dimension and every number of outputs is at least 1; where nothing is wanted, leave the layer out.

use plumbline::prelude::*;

network! {
    pub Classifier: [0] -> [10] {
        hidden: dense(0), relu;
        logits: dense(10);
    }
}

fn main() {}
