//! A network without its nodes.

use plumbline::prelude::*;

network! {
    pub Classifier: [784] -> [10];
}

fn main() {}
