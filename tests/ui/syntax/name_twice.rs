//! Two nodes of one name.

use plumbline::prelude::*;

network! {
    pub Classifier: [784] -> [10] {
        fc: dense(128), relu;
        fc: dense(10);
    }
}

fn main() {}
