//! Arguments of `embedding` that are missing, too many, no sizes, or an option of another layer.

use plumbline::prelude::*;

network! {
    pub Missing: [6] -> [6, 4] {
        words: embedding(100);
    }

    pub Extra: [6] -> [6, 4] {
        words: embedding(100, 4, 2);
    }

    pub Zero: [6] -> [6, 4] {
        words: embedding(0, 4);
    }

    pub Text: [6] -> [6, 4] {
        words: embedding(100, "4");
    }

    pub Bias: [6] -> [6, 4] {
        words: embedding(100, 4, bias = false);
    }

    pub Unnamed: [6] -> [6, 4] {
        embedding(100, 4);
    }
}

fn main() {}
