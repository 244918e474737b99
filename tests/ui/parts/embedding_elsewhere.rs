//! A part that takes indices, from another `network!`.

use plumbline::prelude::*;

mod text {
    use plumbline::prelude::*;

    network! {
        pub Words: [6] -> [6, 4] {
            words: embedding(100, 4);
        }
    }
}

network! {
    pub Tagger: [6] -> [6, 2] {
        words: text::Words -> [6, 4];
        tags: dense(2, each_step = true);
    }
}

fn main() {}
