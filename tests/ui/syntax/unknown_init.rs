//! A way to draw weights that there is not.

use plumbline::prelude::*;

network! {
    pub Classifier: [784] -> [10] {
        hidden: dense(128, init = kaiming_normal), relu;
        logits: dense(10, init = xavier_unifrom);
    }
}

fn main() {}
