//! A closure of two arguments: `map` sees one element at a time.

use plumbline::prelude::*;

network! {
    pub Net: [3] -> [3] {
        a: map(|x, y| x * y);
    }
}

fn main() {}
