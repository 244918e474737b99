//! A network written as a struct is.

use plumbline::prelude::*;

network! {
    pub struct Classifier {
        hidden: Dense,
        out: Dense,
    }

    pub struct Scores: [3] -> [10] { out: dense(10); }
}

fn main() {
    let _ = (Classifier::new(1), Scores::new(1));
}
