//! A network that is a part under a name in lower case.

#![allow(non_camel_case_types)]

use plumbline::prelude::*;

network! {
    pub encoder: [8] -> [4] {
        code: dense(4), relu;
    }

    pub Classifier: [8] -> [2] {
        code: encoder;
        out: dense(2);
    }
}

fn main() {}
