//! An activation whose result is passed by.

use plumbline::prelude::*;

network! {
    pub Classifier: [4] -> [3] {
        relu;
        a: dense(3) <- input;
    }
}

fn main() {}
